"""What policies say of the way in and of Argo CD is what a real API server and a real Argo CD server did.

Neither program is in CI: what they did is recorded, with the day and the programs, in seen.json.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding

_SEEN: Final = json.loads((Path(__file__).parent / "seen.json").read_text(encoding="utf-8"))
_SERVICE: Final = """
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: {name}, namespace: shop}}
    spec: {{type: {type}, selector: {{a: b}}, ports: [{ports}]}}
"""
_ARGO_CD: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd, labels: {{{labels}}}}}
    data: {{{cm}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cmd-params-cm, namespace: argocd}}
    data: {{{params}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-rbac-cm, namespace: argocd}}
    data: {{{rbac}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: argocd, namespace: argocd, annotations: {{nginx.ingress.kubernetes.io/backend-protocol: {protocol}}}}}
    spec:
      ingressClassName: nginx
      rules: [{{host: argocd.test, http: {{paths: [{{path: '{path}', pathType: Prefix, backend: {{service: {{name: argocd-server, port: {{number: 80}}}}}}}}]}}}}]
"""  # noqa: E501  # one line of YAML
_LABEL: Final = "app.kubernetes.io/part-of: argocd"


def said(policy: str, manifests: str) -> list[str]:
    """The messages of a policy about a whole environment."""
    world = Example(name="", manifests=manifests, closed=True).world()
    return [outcome.message for outcome in Catalog()[policy].check(world) if isinstance(outcome, Finding)]


def argo_cd(*, labels: str = _LABEL, cm: str = "", params: str = "", rbac: str = "", protocol: str = "HTTP", path: str = "/") -> str:
    """An Argo CD by its ConfigMaps, and an Ingress for it."""
    return _ARGO_CD.format(labels=labels, cm=cm, params=params, rbac=rbac, protocol=protocol, path=path)


@pytest.mark.parametrize("seen", _SEEN["services"], ids=lambda seen: f"{seen['type']} {seen['ports']}")
def test_a_node_port_that_the_api_server_refuses_is_found(seen: dict[str, Any]) -> None:
    """By one of the two policies that speak of it; and one that it accepts by neither."""
    beside = _SERVICE.format(name="beside", type="NodePort", ports=seen["beside"]) if "beside" in seen else ""
    manifests = beside + _SERVICE.format(name="one", type=seen["type"], ports=seen["ports"])
    found = said("entry-no-node-port-collision", manifests) + said("admission-ports-are-valid", manifests)
    assert bool(found) is (seen["says"] != "created")


@pytest.mark.parametrize("seen", _SEEN["protocols"], ids=lambda seen: f"insecure {seen['insecure']} asked over {seen['asked']}")
def test_a_protocol_that_argo_cd_does_not_answer_is_found(seen: dict[str, Any]) -> None:
    """Plain HTTP to TLS is redirected, TLS to plain HTTP fails, the rest is answered."""
    params = f"server.insecure: '{str(seen['insecure']).lower()}'"
    found = said("entry-server-speaks-the-protocol", argo_cd(params=params, protocol=seen["asked"]))
    assert bool(found) is (seen["answer"] != "200")
    assert all(("redirected for ever" in message) is seen["answer"].startswith("307") for message in found)


@pytest.mark.parametrize("seen", _SEEN["paths"], ids=lambda seen: seen["asked"])
def test_a_path_below_which_argo_cd_serves_nothing_is_found(seen: dict[str, Any]) -> None:
    """What its address says is asked of it, and the path of the route."""
    manifests = argo_cd(cm="url: http://argocd.test" + seen["asked"], params=f"server.rootpath: {seen['rootpath']}", path=seen["asked"])
    assert bool(said("entry-server-knows-its-path", manifests)) is (seen["answer"] == 404)


@pytest.mark.parametrize("seen", _SEEN["rights"], ids=lambda seen: f"{seen['rbac']} {seen['asked']}")
def test_who_may_change_everything_without_logging_in_is_found(seen: dict[str, Any]) -> None:
    """A default role that the server obeyed is said to be everybody's; one that it did not obey is not."""
    cm = f"users.anonymous.enabled: '{str(seen['anonymous']).lower()}'"
    found = [m for m in said("delivery-argo-cd-gives-no-one-everything", argo_cd(cm=cm, rbac=seen["rbac"])) if "without logging in" in m]
    made, what = seen["answer"] in {200, 400}, "Application" if "Application" in seen["asked"] else "everything"
    assert any(message.endswith(("everything", what)) for message in found) is made


@pytest.mark.parametrize("seen", _SEEN["labels"], ids=lambda seen: seen["labels"] or "none")
def test_a_config_map_that_argo_cd_does_not_find_is_found(seen: dict[str, Any]) -> None:
    """The server ends without argocd-cm, and needs no label to find argocd-rbac-cm."""
    found = said("delivery-argo-cd-reads-its-config-maps", argo_cd(labels=seen["labels"]))
    assert len(found) == bool(seen["log"])
    assert all(message.startswith("argocd-cm ") for message in found)
