"""Directories of manifests like those of real platforms, of any size and the same for the same seed.

Shops follow one another until there are enough objects: what runs, what guards it, how it is watched and delivered. All of them are
right, so that crema and kubeconform do the same on them: read everything and report nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from bench import shop as shops
from bench import watched
from bench.manifest_text import Body, style
from bench.shop import Shop

Kind = tuple[str, str]

_MONITORING: Final = "monitoring"
_BIG: Final = 120
"""Panels of a large dashboard, about 150 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file below the world's folder. `listed`: its objects stand in one List instead of several documents."""

    name: str
    team: str
    bodies: tuple[Body, ...]
    listed: bool = False


def write(folder: Path, manifests: int, seed: int = 1) -> frozenset[Kind]:
    """Write so many objects below a folder that is not there yet, and return their (apiVersion, kind)."""
    draw, kinds = Random(seed), set[Kind]()
    for file in _files(draw, manifests):
        kinds |= {(body["apiVersion"], body["kind"]) for body in file.bodies}
        written: tuple[Body, ...] = ({"apiVersion": "v1", "kind": "List", "items": list(file.bodies)},) if file.listed else file.bodies
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(style(draw, file.team).file(written), encoding="utf-8")
    return frozenset(kinds)


def _files(draw: Random, left: int) -> Iterator[_File]:
    """The platform's own files, then shop after shop. Half a shop would have paths that lead nowhere: what is left is settings."""
    for body in [*_platform()][:left]:
        left -= 1
        yield _one("platform", "platform", body)
    for number in count(1):
        files = [*_of_shop(shops.shop(number, draw))]
        size = sum(len(file.bodies) for file in files)
        if size > left:
            break
        left -= size
        yield from files
    for number in range(left):
        metadata = {"name": f"settings-{number:04d}", "namespace": _MONITORING}
        yield _one("platform", "platform", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"NUMBER": str(number)}})


def _of_shop(shop: Shop) -> Iterator[_File]:
    draw, folder = shop.draw, f"shops/{shop.name}"
    for body in shops.ground(shop):
        yield _one(folder, shop.team, body)
    yield _File(name=f"{folder}/rbac.yaml", team=shop.team, bodies=tuple(shops.rights(shop)), listed=draw.random() < 0.4)
    for name in shop.applications:
        bodies = [*shops.application(shop, name), watched.monitor(shop, name)]
        if draw.random() < 0.15:
            yield _File(name=f"{folder}/{name}/all.yaml", team=shop.team, bodies=tuple(bodies))
        else:
            yield from (_one(f"{folder}/{name}", shop.team, body) for body in bodies)
        if draw.random() < 0.4:
            yield _one(f"{folder}/dashboards", shop.team, watched.dashboard(shop, name, draw.randint(4, 24)))
    if draw.random() < 0.2:
        yield _one(f"{folder}/dashboards", shop.team, watched.dashboard(shop, "overview", _BIG))
    yield _one(folder, shop.team, watched.rules(shop))
    yield _one("monitoring/datasources", shop.team, watched.datasources(shop, _MONITORING))
    yield from (_one("argocd", shop.team, body) for body in watched.delivered(shop))


def _one(folder: str, team: str, body: Body) -> _File:
    kind, name = str(body["kind"]).lower(), body["metadata"]["name"]
    return _File(name=f"{folder}/{kind}-{name}.yaml", team=team, bodies=(body,))


def _platform() -> Iterator[Body]:
    """What all shops share: the one Grafana with the default datasource, a gateway, classes of storage and priority."""
    for name in (_MONITORING, "argocd", "gateways", "nginx", "nginx-internal", "external-secrets"):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    admin = {"existingSecret": "grafana-admin", "userKey": "user", "passwordKey": "password"}
    grafana = {"admin": admin, "sidecar": {"datasources": {"isDefaultDatasource": True, "searchNamespace": "ALL"}}}
    store = {"provider": {"aws": {"service": "SecretsManager", "region": "eu-west-1"}}}
    yield {"apiVersion": "external-secrets.io/v1", "kind": "ClusterSecretStore", "metadata": {"name": "platform"}, "spec": store}
    data = [{"secretKey": key, "remoteRef": {"key": "platform/grafana", "property": key}} for key in ("user", "password")]
    kept = {"secretStoreRef": {"kind": "ClusterSecretStore", "name": "platform"}, "target": {"name": "grafana-admin"}, "data": data}
    metadata: Body = {"name": "grafana-admin", "namespace": _MONITORING}
    yield {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "spec": kept}
    internal = {"ingressClassResource": {"name": "nginx-internal", "controllerValue": "k8s.io/ingress-nginx-internal"}}
    for namespace, repository, chart, version, values in (
        (_MONITORING, "https://prometheus-community.github.io/helm-charts", "kube-prometheus-stack", "88.5.3", {"grafana": grafana}),
        ("nginx", "https://kubernetes.github.io/ingress-nginx", "ingress-nginx", "4.15.1", {"controller": {"replicaCount": 2}}),
        ("nginx-internal", "https://kubernetes.github.io/ingress-nginx", "ingress-nginx", "4.15.1", {"controller": internal}),
        ("external-secrets", "https://charts.external-secrets.io", "external-secrets", "2.9.0", {"replicaCount": 2}),
        ("gateways", "docker.io/envoyproxy", "gateway-helm", "1.9.0", {"deployment": {"replicas": 2}}),
    ):
        release = chart if namespace in {_MONITORING, "external-secrets"} else namespace
        source: Body = {"repoURL": repository, "chart": chart, "targetRevision": version}
        source["helm"] = {"releaseName": release, "valuesObject": values}
        spec: Body = {"project": "platform", "source": source, "destination": {"name": "in-cluster", "namespace": namespace}}
        spec["syncPolicy"] = {"syncOptions": ["ServerSideApply=true"]}
        metadata = {"name": release, "namespace": "argocd"}
        yield {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    spec = {"destinations": [{"name": "in-cluster", "namespace": "*"}], "sourceRepos": ["*"]}
    spec["clusterResourceWhitelist"] = [{"group": "*", "kind": "*"}]
    yield {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "platform", "namespace": "argocd"},
        "spec": spec,
    }
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}]
    spec = {"gatewayClassName": "envoy", "listeners": listeners}
    metadata = {"name": "public", "namespace": "gateways"}
    yield {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": metadata, "spec": spec}
    storage = {"provisioner": "ebs.csi.aws.com", "volumeBindingMode": "WaitForFirstConsumer", "parameters": {"type": "gp3"}}
    metadata = {"name": "gp3", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    yield {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": metadata, **storage}
    for name in ("nginx", "nginx-internal"):
        spec = {"controller": f"k8s.io/ingress-{name}"}
        yield {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name}, "spec": spec}
    spec = {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}
    yield {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "envoy"}, "spec": spec}
    urgent = {"value": 100000, "globalDefault": False, "description": "what must run before the rest"}
    yield {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "urgent"}, **urgent}
