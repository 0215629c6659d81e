"""What the API server refuses although its published schema takes it."""

import pytest
import yaml

from crema.policies.schemas.catalog import NoSchema
from crema.policies.schemas.validate import validate
from tests.schemas.test_published import accepted_as_published

_RESTART = "spec.template.spec.restartPolicy"
_POD = "{restartPolicy: Never, containers: [{name: a, image: a}]}"


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "message"),
    [
        ("apps/v1", "Deployment", "", "spec is missing; it is required"),
        ("v1", "Pod", "{containers: [{name: a}]}", "spec.containers[0].image is missing; it is required"),
        ("v1", "Pod", "{containers: []}", "spec.containers is an empty list; at least 1 item is required"),
        ("v1", "Service", "{selector: {a: b}}", "spec.ports is missing; it is required"),
        ("networking.k8s.io/v1", "Ingress", "{ingressClassName: nginx}", "spec.rules is missing; it is required"),
        ("batch/v1", "Job", "{template: {spec: {containers: [{name: a, image: a}]}}}", f"{_RESTART} is missing; it is required"),
        ("v1", "PersistentVolumeClaim", "{accessModes: [ReadWriteOnce]}", "spec.resources is missing; it is required"),
        (
            "apps/v1",
            "Deployment",
            f"{{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {_POD}}}}}",
            'spec.template.spec.restartPolicy is "Never"; Always is required',
        ),
    ],
)  # fmt: skip
def test_what_lacks_a_field_that_the_server_needs_is_refused(api_version: str, kind: str, spec: str, message: str) -> None:
    """A manifest that was cut off, or lost the one field that gives it a meaning, is not valid."""
    body = yaml.safe_load(f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: a}}, spec: {spec or 'null'}}}")
    if not spec:
        del body["spec"]
    judged = validate(body)
    assert accepted_as_published(body)
    assert not isinstance(judged, NoSchema)
    assert [violation.message for violation in judged] == [message]


@pytest.mark.parametrize(
    ("api_version", "kind", "spec"),
    [
        ("v1", "Service", "{clusterIP: None, selector: {a: b}}"),
        ("v1", "Service", "{type: ExternalName, externalName: a.example}"),
        ("networking.k8s.io/v1", "Ingress", "{defaultBackend: {service: {name: a, port: {number: 80}}}}"),
        ("batch/v1", "Job", f"{{template: {{spec: {_POD}}}}}"),
        ("v1", "Pod", "{containers: [{name: a, image: a}]}"),
    ],
)
def test_what_the_server_takes_without_it_is_valid(api_version: str, kind: str, spec: str) -> None:
    """A headless Service needs no port, an Ingress with a default back end no rule."""
    assert validate(yaml.safe_load(f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}")) == ()
