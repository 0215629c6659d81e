"""What each place contributes to the one default datasource: ConfigMaps, Secrets, and Helm charts by their own defaults."""

from base64 import b64encode

import pytest

from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding
from crema.policies.model.datasources import truth
from crema.policies.rules.telemetry.exactly_one_default_datasource import ExactlyOneDefaultDatasource

POLICY = ExactlyOneDefaultDatasource()
SIDECAR = "grafana.sidecar.datasources"


def said(*manifests: str, closed: bool = True) -> list[str]:
    """The messages of the findings, sorted."""
    world = Example(name="", manifests="\n---\n".join(manifests), closed=closed).world()
    return sorted(each.message for each in POLICY.check(world) if isinstance(each, Finding))


def application(chart: str, values: str = "{}", parameters: str = "", namespace: str = "monitoring") -> str:
    """An Application that installs a chart with values as an object, and parameters above them."""
    version = {"kube-prometheus-stack": "88.5.3", "loki-stack": "2.10.3", "grafana": "12.11.1"}.get(chart, "1.0.0")
    return f"""
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {chart}, namespace: argocd}}
spec:
  destination: {{namespace: {namespace}}}
  sources:
    - chart: {chart}
      targetRevision: {version}
      helm: {{valuesObject: {values}, parameters: [{parameters}]}}
"""


def config_map(body: str, *, labels: str = 'grafana_datasource: "1"', namespace: str = "monitoring") -> str:
    """A ConfigMap with one provisioning file."""
    return f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: ours, namespace: {namespace}, labels: {{{labels}}}}}
data:
  ours.yaml: |
    {body}
"""


OURS = config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}")
STACK, LOKI = application("kube-prometheus-stack"), application("loki-stack")
IN_A_SET = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: stacks, namespace: argocd}
spec:
  template:
    spec: {destination: {namespace: monitoring}, source: {chart: kube-prometheus-stack, targetRevision: 88.5.3}}
"""
BRINGS = {"Prometheus": "(brought by chart kube-prometheus-stack)", "Loki": "(brought by chart loki-stack)"}


def two(*names: str) -> list[str]:
    """The message that two defaults get, the one that may stay named first."""
    shown = " and ".join(f"{name} {BRINGS[name]}" if name in BRINGS else name for name in names)
    return [
        f"Grafana in namespace monitoring has 2 default datasources for one organisation, {shown}; it refuses to start with more than one"
    ]


@pytest.mark.parametrize(
    ("manifests", "messages"),
    [
        ((OURS,), []),
        ((STACK,), []),
        ((STACK, LOKI), two("Prometheus", "Loki")),
        ((STACK, OURS), two("Prometheus", "Ours")),
        ((LOKI, OURS), two("Ours", "Loki")),
        ((STACK, application("loki-stack", "{loki: {isDefault: false}}")), []),
        ((STACK, application("loki-stack", "{grafana: {sidecar: {datasources: {enabled: false}}}}")), []),
        ((STACK, application("loki-stack", namespace="logs")), []),
        ((application("kube-prometheus-stack", "{grafana: {sidecar: {datasources: {isDefaultDatasource: false}}}}"), OURS), []),
        ((application("kube-prometheus-stack", "{grafana: {sidecar: {datasources: {defaultDatasourceEnabled: false}}}}"), OURS), []),
        ((application("kube-prometheus-stack", "{grafana: {enabled: false}}"), OURS), []),
        ((application("kube-prometheus-stack", "{grafana: {enabled: false, forceDeployDatasources: true}}"), OURS),
         two("Prometheus", "Ours")),
        ((application("kube-prometheus-stack", parameters=f'{{name: {SIDECAR}.isDefaultDatasource, value: "false"}}'), OURS), []),
        ((application("kube-prometheus-stack", "{grafana: {sidecar: {datasources: {isDefaultDatasource: false}}}}",
                      f'{{name: {SIDECAR}.isDefaultDatasource, value: "true"}}'), OURS), two("Prometheus", "Ours")),
        ((application("kube-prometheus-stack", "{grafana: {additionalDataSources: [{name: Extra, isDefault: true}]}}"),),
         two("Prometheus", "Extra")),
        ((application("kube-prometheus-stack",
                      "{grafana: {datasources: {a.yaml: {apiVersion: 1, datasources: [{name: Extra, isDefault: true}]}}}}"),),
         two("Prometheus", "Extra")),
        ((STACK, config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}", labels="other: x")), []),
        ((STACK, config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}", labels='grafana_datasource: "yes"')),
         []),
        ((application("kube-prometheus-stack", "{grafana: {sidecar: {datasources: {label: other}}}}"),
          config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}", labels='other: "1"')), two("Prometheus", "Ours")),
        ((application("kube-prometheus-stack", "{grafana: {sidecar: {datasources: {searchNamespace: ALL}}}}"),
          config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}", namespace="shop")), two("Prometheus", "Ours")),
        ((STACK, config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true, orgId: 2}]}")), []),
        ((STACK, config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true, orgId: 0}]}")), two("Prometheus", "Ours")),
        ((STACK, config_map("{datasources: [{name: Ours, is_default: true}]}")), two("Prometheus", "Ours")),
        ((STACK, config_map("{datasources: [{name: Ours, isDefault: true}]}")), []),
        ((STACK, config_map('{apiVersion: 1, datasources: [{name: Ours, isDefault: "true"}]}')), two("Prometheus", "Ours")),
        ((config_map("{apiVersion: 1, datasources: [{name: Ours}]}"),),
         ["Grafana in namespace monitoring has no default datasource among Ours"]),
        ((config_map("{apiVersion: 1, datasources: []}"),), []),
        ((application("unheard-of"),),
         ["it is not known which datasources this brings: no contract says what chart unheard-of brings"]),
        ((application("tempo").replace("1.0.0", "2.2.4"),), []),
        ((STACK.replace("chart: kube-prometheus-stack", "repoURL: oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack"), OURS),
         two("Prometheus", "Ours")),
        ((STACK.replace("chart: kube-prometheus-stack", "path: charts/kube-prometheus-stack"), OURS), two("Prometheus", "Ours")),
        ((IN_A_SET, OURS), two("Prometheus", "Ours")),
        ((application("kube-prometheus-stack", parameters="{name: 'grafana.additionalDataSources[0].isDefault', value: 'true'}, "
                      "{name: 'grafana.additionalDataSources[0].name', value: Extra}"),), two("Prometheus", "Extra")),
        ((application("kube-prometheus-stack", parameters=f"{{name: {SIDECAR}.searchNamespace, value: '{{monitoring,shop}}'}}"),
          config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true}]}", namespace="shop")), two("Prometheus", "Ours")),
        ((application("kube-prometheus-stack", parameters="{name: grafana.enabled, value: 'no'}"), OURS), two("Prometheus", "Ours")),
        ((application("loki-stack", "{loki: {enabled: false}}"), OURS), []),
        ((application("loki-stack", "{loki: {enabled: false}, prometheus: {enabled: true, isDefault: true}}"), OURS),
         [two("Loki", "Ours")[0].replace("Loki (brought", "Prometheus (brought")]),
        ((STACK, application("loki-stack").replace("destination: {", "destination: {server: https://other, ")), []),
        ((config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: true, orgId: []}]}"),),
         ["Grafana in namespace monitoring cannot read /data/ours.yaml#/datasources/0/orgId: it is not the number of an organisation"]),
        ((config_map("{apiVersion: v1, datasources: [{name: Ours, isDefault: true}]}"),),
         ["Grafana in namespace monitoring cannot read /data/ours.yaml#/apiVersion: it is not a whole number"]),
    ],
)  # fmt: skip
def test_who_is_the_default(manifests: tuple[str, ...], messages: list[str]) -> None:
    """Everything that joins the contest is counted, as the charts were seen to render it, and nothing else is."""
    assert said(*manifests) == messages


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("'['", "/data/ours.yaml: it is text; Grafana reads a mapping with the key datasources"),
        ("[", "/data/ours.yaml: it is not YAML that Grafana can read: not YAML: did not find expected node content"),
        ("{datasources: {name: x}}", "/data/ours.yaml#/datasources: it is not a list of datasources"),
        ("{datasources: [x]}", "/data/ours.yaml#/datasources/0: it is text; Grafana reads a datasource, which is a mapping"),
    ],
)
def test_a_file_that_grafana_cannot_read_is_a_finding(body: str, why: str) -> None:
    """The provisioning file inside a ConfigMap is text to Kubernetes, and fatal to Grafana."""
    assert said(config_map(body)) == [f"Grafana in namespace monitoring cannot read {why}"]


def test_a_secret_is_counted_and_never_shown() -> None:
    """A datasource in a Secret joins the contest, under the Secret's name."""
    text = "{apiVersion: 1, datasources: [{name: hunter2, isDefault: true}, {name: hunter3, isDefault: true}]}"
    secret = config_map("x").replace("kind: ConfigMap", "kind: Secret").replace("|\n    x", b64encode(text.encode()).decode())
    (message,) = said(secret)
    assert message.startswith("Grafana in namespace monitoring has 2 default datasources")
    assert "hunter" not in message
    assert "a datasource of Secret/monitoring/ours and a datasource of Secret/monitoring/ours" in message


def test_of_a_secret_the_later_text_of_a_key_counts() -> None:
    """`stringData` is written over `data`; an organisation that is no number is named without its text."""
    secret = """
apiVersion: v1
kind: Secret
metadata: {name: ours, namespace: monitoring, labels: {grafana_datasource: "1"}}
data: {a.yaml: aHVudGVyMg==}
stringData: {a.yaml: "{apiVersion: 1, datasources: [{isDefault: true}, {isDefault: true, orgId: hunter2}]}"}
"""
    pointer = "/stringData/a.yaml#/datasources/1/orgId"
    assert said(secret) == [f"Grafana in namespace monitoring cannot read {pointer}: it is not the number of an organisation"]


def test_values_in_files_that_are_not_here_are_not_taken_for_the_charts_own() -> None:
    """In somebody's directory they may switch the default off; what the Application itself sets is over them."""
    elsewhere = STACK.replace("valuesObject: {}", "valueFiles: [values.yaml]")
    assert said(elsewhere, OURS, closed=False) == []
    set_here = elsewhere.replace("parameters: []", f"parameters: [{{name: {SIDECAR}.isDefaultDatasource, value: 'true'}}]")
    assert said(set_here, OURS, closed=False) == two("Prometheus", "Ours")


def test_one_object_written_twice_is_two_environments_in_somebodys_directory() -> None:
    """`overlays/dev` and `overlays/prod` have the same Application; in a whole environment of ours it is there twice."""
    assert said(STACK, STACK, OURS.replace("isDefault: true", "isDefault: false"), closed=False) == []
    assert said(STACK, STACK) != []


def test_what_cannot_be_known_is_said_and_is_no_finding() -> None:
    """A default in Grafana's environment is undecided; in an open world a chart without a contract is unchecked."""
    text = config_map("{apiVersion: 1, datasources: [{name: Ours, isDefault: $DEFAULT}]}") + "---" + application("unheard-of")
    outcomes = list(POLICY.check(Example(name="", manifests=text).world()))
    assert [type(each).__name__ for each in outcomes] == ["Undecided", "Unchecked"]


@pytest.mark.parametrize(
    ("value", "read"), [(None, False), (True, True), ("T", True), ("0", False), (1, True), ("", False), ("${X}", None)]
)
def test_a_boolean_is_what_go_parses(value: str | int | None, read: bool | None) -> None:
    """Grafana reads booleans with strconv.ParseBool, after filling in environment variables."""
    assert truth(value) is read
