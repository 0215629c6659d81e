"""dist/local as a process sees it: its variables, the names it can call, and the routes of the ingress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.external import ROOT

Manifest = Mapping[str, Any]
NAMESPACE = "shop"


@cache
def manifests() -> tuple[Manifest, ...]:
    """Every object that Argo CD applies."""
    files = sorted(f for f in (ROOT / "dist" / "local").glob("*/*.yaml") if not f.parent.name.startswith("_"))
    return tuple(yaml.safe_load(f.read_text(encoding="utf-8")) for f in files)


def find(kind: str, name: str) -> Manifest:
    """The one object of this kind and name."""
    (found,) = (m for m in manifests() if (m["kind"], m["metadata"]["name"]) == (kind, name))
    return found


def container(app: str) -> Mapping[str, Any]:
    """The one container of a Deployment or StatefulSet."""
    kind = "StatefulSet" if app == "mysql" else "Deployment"
    (found,) = find(kind, app)["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def variables(app: str, secrets: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """What its container is told, with these values for (Secret, key)."""

    def value(entry: Mapping[str, Any]) -> str:
        if "value" in entry:
            return str(entry["value"])
        ref = entry["valueFrom"]["secretKeyRef"]
        return secrets[ref["name"], ref["key"]]

    return {entry["name"]: value(entry) for entry in container(app).get("env", [])}


def container_port(app: str) -> int:
    """The one port its container declares."""
    (port,) = container(app)["ports"]
    return int(port["containerPort"])


def services() -> Iterator[tuple[str, int, str, int]]:
    """Each Service with an address of its own: (name, port, app behind it, port of its container)."""
    for service in (m for m in manifests() if m["kind"] == "Service" and m["spec"].get("clusterIP") != "None"):
        app = service["spec"]["selector"]["app"]
        for port in service["spec"]["ports"]:
            names = {p["name"]: p["containerPort"] for p in container(app)["ports"]}
            target = port["targetPort"]
            yield service["metadata"]["name"], port["port"], app, names.get(target, target)


def host() -> str:
    """The one host of the shop's Ingresses."""
    (found,) = {rule["host"] for m in _ingresses() for rule in m["spec"]["rules"]}
    assert isinstance(found, str)
    return found


def routes() -> dict[str, tuple[str, int]]:
    """Each prefix of a path that the ingress sends on as it is: to which Service and port."""
    return {
        path["path"]: (path["backend"]["service"]["name"], path["backend"]["service"]["port"]["number"])
        for m in _ingresses()
        for rule in m["spec"]["rules"]
        for path in rule["http"]["paths"]
    }


def _ingresses() -> list[Manifest]:
    found = [m for m in manifests() if m["kind"] == "Ingress" and m["metadata"]["namespace"] == NAMESPACE]
    assert {p["pathType"] for m in found for r in m["spec"]["rules"] for p in r["http"]["paths"]} == {"Prefix"}
    assert not any("rewrite" in name for m in found for name in m["metadata"].get("annotations", {}))
    return found
