"""What an invalid manifest is told: each typical mistake with its exact place and words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from crema.policies.schemas.catalog import NoSchema
from crema.policies.schemas.validate import validate

CONTAINER = "spec.template.spec.containers[0]"
AT_CONTAINER = "/spec/template/spec/containers/0"


def deployment(container: str = "", spec: str = "", metadata: str = "name: order") -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{{metadata}}}
spec:
  selector: {{matchLabels: {{app: order}}}}
  {spec}
  template:
    metadata: {{labels: {{app: order}}}}
    spec:
      containers: [{{name: order, image: "order:1"{container and ", "}{container}}}]
"""


def custom(api_version: str, kind: str, spec: str) -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: order, namespace: shop}}\nspec: {{{spec}}}\n"


APPLICATION = "destination: {namespace: shop}, project: shop"
GATEWAY = "gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP}]"

MISTAKES = [
    pytest.param(
        deployment("ports: [{conPort: 8000}]"),
        {f"{AT_CONTAINER}/ports/0/conPort": f"{CONTAINER}.ports[0].conPort is not a field of this API; did you mean containerPort?"},
        id="a misspelt required field is said once",
    ),
    pytest.param(
        deployment("ports: [{port: 8000}]"),
        {
            f"{AT_CONTAINER}/ports/0": f"{CONTAINER}.ports[0].containerPort is missing; it is required",
            f"{AT_CONTAINER}/ports/0/port": f"{CONTAINER}.ports[0].port is not a field of this API; "
            "known here: containerPort, hostIP, hostPort, name, protocol",
        },
        id="an unknown field like no other lists the known ones",
    ),
    pytest.param(
        deployment("replicas: 2"),
        {f"{AT_CONTAINER}/replicas": f"{CONTAINER}.replicas is not a field of this API; it has 25 others"},
        id="a field in the wrong place",
    ),
    pytest.param(
        deployment(spec='replicas: "3"'),
        {"/spec/replicas": 'spec.replicas is "3", text; an integer is required'},
        id="text for a number",
    ),
    pytest.param(
        deployment("env: [{name: PORT, value: 8000}]"),
        {f"{AT_CONTAINER}/env/0/value": f"{CONTAINER}.env[0].value is 8000, a number; text is required: put it in quotes"},
        id="a number for text",
    ),
    pytest.param(
        deployment(metadata="name: order, annotations: {sidecar/inject: true}"),
        {
            "/metadata/annotations/sidecar~1inject": 'metadata.annotations["sidecar/inject"] is true, a boolean; '
            "text is required: put it in quotes"
        },
        id="a boolean for text, under a key with a slash",
    ),
    pytest.param(
        deployment("imagePullPolicy: "),
        {},
        id="null for an optional field is no mistake",
    ),
    pytest.param(
        deployment("ports: [{containerPort: null}]"),
        {f"{AT_CONTAINER}/ports/0/containerPort": f"{CONTAINER}.ports[0].containerPort is null; an integer is required"},
        id="null for a required field",
    ),
    pytest.param(
        deployment(spec="strategy: RollingUpdate"),
        {"/spec/strategy": 'spec.strategy is "RollingUpdate", text; a mapping is required'},
        id="text for a mapping",
    ),
    pytest.param(
        deployment("command: sh -c true"),
        {f"{AT_CONTAINER}/command": f'{CONTAINER}.command is "sh -c true", text; a list is required'},
        id="text for a list",
    ),
    pytest.param(
        deployment("imagePullPolicy: always"),
        {f"{AT_CONTAINER}/imagePullPolicy": f'{CONTAINER}.imagePullPolicy is "always"; one of Always, IfNotPresent, Never is required'},
        id="a word outside a closed set",
    ),
    pytest.param(
        deployment("livenessProbe: {httpGet: {port: [8000]}}"),
        {f"{AT_CONTAINER}/livenessProbe/httpGet/port": f"{CONTAINER}.livenessProbe.httpGet.port is a list; an integer or text is required"},
        id="neither an integer nor text",
    ),
    pytest.param(
        deployment("resources: {requests: {memory: 64MB}}"),
        {
            f"{AT_CONTAINER}/resources/requests/memory": f'{CONTAINER}.resources.requests.memory is "64MB"; '
            "a quantity such as 100m, 0.5 or 128Mi is required"
        },
        id="a quantity that does not parse",
    ),
    pytest.param(
        deployment(metadata="name: Order_1"),
        {
            "/metadata/name": 'metadata.name is "Order_1"; lower-case letters, digits, - and ., '
            "with a letter or digit at both ends of each part is required"
        },
        id="a name that is no DNS subdomain",
    ),
    pytest.param(
        deployment(metadata="namespace: shop"),
        {"/metadata": "metadata.name is missing; it is required"},
        id="no name",
    ),
    pytest.param(
        deployment(metadata="name: order, labels: {a/b/c: x}"),
        {
            "/metadata/labels/a~1b~1c": 'metadata.labels has the key "a/b/c"; a key such as example.com/name: '
            "letters, digits, -, _ and ., at most 63 after the slash is required"
        },
        id="a label key with two slashes",
    ),
    pytest.param(
        deployment("ports: [{containerPort: 80000000000}]"),
        {
            f"{AT_CONTAINER}/ports/0/containerPort": f"{CONTAINER}.ports[0].containerPort is 80000000000; "
            "-2147483648 to 2147483647 is required"
        },
        id="a number that 32 bits do not hold",
    ),
    pytest.param(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: mysql}\ndata: {password: hunter2!}\nstringData: {pin: 1234}\n",
        {
            "/data/password": "data.password is (hidden); base64 is required",
            "/stringData/pin": "stringData.pin is (hidden), a number; text is required: put it in quotes",
        },
        id="a Secret's values are not shown",
    ),
    pytest.param(
        custom("argoproj.io/v1alpha1", "Application", f"{APPLICATION}, syncPolicy: {{automated: {{selfheal: true}}}}"),
        {"/spec/syncPolicy/automated/selfheal": "spec.syncPolicy.automated.selfheal is not a field of this API; did you mean selfHeal?"},
        id="Argo CD: a misspelt field",
    ),
    pytest.param(
        custom("argoproj.io/v1alpha1", "Application", "project: shop"),
        {"/spec": "spec.destination is missing; it is required"},
        id="Argo CD: a missing field",
    ),
    pytest.param(
        custom("monitoring.coreos.com/v1", "PrometheusRule", "groups: [{name: a, rules: [{alert: A, for: 5min}]}]"),
        {
            "/spec/groups/0/rules/0": "spec.groups[0].rules[0].expr is missing; it is required",
            "/spec/groups/0/rules/0/for": 'spec.groups[0].rules[0].for is "5min"; a duration such as 30s, 5m or 1h30m is required',
        },
        id="prometheus-operator: two mistakes in one rule",
    ),
    pytest.param(
        custom("external-secrets.io/v1", "ExternalSecret", "target: {creationPolicy: orphan}"),
        {"/spec/target/creationPolicy": 'spec.target.creationPolicy is "orphan"; one of Owner, Orphan, Merge, None is required'},
        id="external-secrets: a word outside a closed set",
    ),
    pytest.param(
        custom("gateway.networking.k8s.io/v1", "HTTPRoute", "rules: [{backendRefs: [{name: order, port: 0}]}]"),
        {
            "/spec/rules/0/backendRefs/0/port": "spec.rules[0].backendRefs[0].port is 0; 1 to 65535 is required",
        },
        id="gateway-api: a port out of range",
    ),
    pytest.param(
        custom(
            "gateway.networking.k8s.io/v1",
            "Gateway",
            f"{GATEWAY}, addresses: [{{type: Hostname, value: nowhere}}, {{value: 10.0.0.1}}]",
        ),
        {},
        id="gateway-api: a choice in which an absent field counts as its default",
    ),
    pytest.param(
        custom(
            "gateway.networking.k8s.io/v1",
            "Gateway",
            f"{GATEWAY}, addresses: [{{value: nowhere}}]",
        ),
        {
            "/spec/addresses/0/value": 'spec.addresses[0].value is "nowhere"; an IP address is required',
        },
        id="gateway-api: a choice is explained by the alternative that was meant",
    ),
    pytest.param(
        "apiVersion: v1\nmetadata: {name: order}\n",
        {"": "kind is missing; it says which schema holds"},
        id="no kind",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_a_mistake_has_its_place_and_its_words(text: str, expected: dict[str, str]) -> None:
    """A manifest with a mistake gets exactly these violations, each at its JSON pointer."""
    judged = validate(yaml.safe_load(text))

    assert not isinstance(judged, NoSchema)
    assert {violation.pointer: violation.message for violation in judged} == expected


@pytest.mark.parametrize(
    ("api_version", "kind", "why", "certain"),
    [
        (
            "extensions/v1beta1",
            "Ingress",
            "Kubernetes 1.36 has no Ingress in extensions/v1beta1; it has networking.k8s.io/v1",
            True,
        ),
        ("apps/v1", "Deploymnet", "Kubernetes 1.36 has no Deploymnet in apps/v1", True),
        (
            "argoproj.io/v1",
            "Application",
            "github.com/argoproj/argo-cd/v3 v3.5.7 has no Application in argoproj.io/v1; it has argoproj.io/v1alpha1",
            False,
        ),
        ("kind.x-k8s.io/v1alpha4", "Cluster", "no schema for the API group kind.x-k8s.io", False),
        ("../kubernetes-1.36/v1", "Cluster", "no schema for the API group ../kubernetes-1.36", False),
    ],
)
def test_a_kind_without_a_schema_is_named(api_version: str, kind: str, why: str, certain: bool) -> None:
    """A kind that no schema file knows is never valid: the reason says so, and whether the API server is sure to refuse."""
    judged = validate({"apiVersion": api_version, "kind": kind, "metadata": {"name": "order"}})

    assert isinstance(judged, NoSchema)
    assert (judged.why, judged.certain) == (why, certain)


def test_a_kubernetes_version_without_schemas_is_named() -> None:
    """Schemas of another Kubernetes version are not used in place of missing ones."""
    judged = validate({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "order"}}, "1.29")

    assert judged == NoSchema(why="no schemas for Kubernetes 1.29; there are schemas for 1.36")


def test_no_value_of_a_secret_leaves_it() -> None:
    """Whatever is wrong with a Secret, no value below data, stringData or annotations is in a violation."""
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "mysql", "annotations": {"a": 98761, "b c": "s3cr3t"}},
        "data": {"a": "s3cr3t!", "b": 98762, "c": ["s3cr3t"], "d": {"s": "s3cr3t"}},
        "stringData": "s3cr3t",
        "dta": "s3cr3t",
    }
    judged = validate(body)

    assert not isinstance(judged, NoSchema)
    assert {violation.pointer for violation in judged} == {
        "/data/a",
        "/data/b",
        "/data/c",
        "/data/d",
        "/dta",
        "/metadata/annotations/a",
        "/metadata/annotations/b c",
        "/stringData",
    }
    assert not [violation for violation in judged if "s3cr3t" in str(violation) or "9876" in str(violation)]
