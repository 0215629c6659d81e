"""What each setting of a spec does to its manifests: it reaches the field that the cluster reads, for any value."""

from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from crema.generators import (
    AlbSpec,
    AlertSpec,
    CallSpec,
    DatasourceSpec,
    GrafanaDatasourcesSpec,
    IngressRouteSpec,
    MySQLSpec,
    NamespaceSpec,
    NginxSpec,
    PrometheusRuleSpec,
    RuleGroupSpec,
    WebServiceSpec,
)
from tests.generators.test_laws import built
from tests.strategies import grafana_datasources, ingress_routes, mysqls, namespaces, prometheus_rules, web_services

_KEEP = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}


def _body(spec: Any, kind: str, name: str | None = None) -> dict[str, Any]:
    (found,) = [m.as_dict() for m in built(spec) if m.kind == kind and name in {None, m.name}]
    return found


@given(web_services())
def test_a_web_services_settings_reach_its_deployment(spec: WebServiceSpec) -> None:
    """Replicas, image, user, Secrets, resources, writable directories and every variable with its own value."""
    deployment = _body(spec, "Deployment")["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["replicas"] == spec.replicas
    assert ("topologySpreadConstraints" in pod) == (spec.replicas > 1)
    assert pod["serviceAccountName"] == _body(spec, "ServiceAccount")["metadata"]["name"]
    assert {pod["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")} == {spec.run_as_user}
    assert [s["name"] for s in pod.get("imagePullSecrets", [])] == list(spec.image_pull_secrets)
    assert container["image"] == spec.image
    assert container["resources"] == {
        "requests": {"cpu": spec.resources.cpu, "memory": spec.resources.memory},
        "limits": {"memory": spec.resources.memory_limit},
    }
    assert [m["mountPath"] for m in container.get("volumeMounts", [])] == list(spec.writable_paths)
    variables = {v["name"]: v for v in container.get("env", [])}
    assert list(variables) == sorted(variables)
    assert {n: v["value"] for n, v in variables.items() if "value" in v and n != "ROOT_PATH"} == dict(spec.env)
    secrets = {n: v["valueFrom"]["secretKeyRef"] for n, v in variables.items() if "valueFrom" in v}
    assert secrets == {n: {"name": s.name, "key": s.key} for n, s in spec.secret_env.items()}


def _empty_lists(value: Any, where: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in _empty_lists(inner, f"{where}/{key}")]
    if isinstance(value, list):
        return [where] if not value else [found for inner in value for found in _empty_lists(inner, where)]
    return []


@given(st.one_of(web_services(), mysqls, ingress_routes))
@example(WebServiceSpec(name="w", image="w:1", port=8000, health="/h", writable_paths=()))
def test_no_manifest_holds_an_empty_list(spec: Any) -> None:
    """The API server drops them, and what git says and the cluster has would differ for ever."""
    assert [found for m in built(spec) for found in _empty_lists(m.as_dict())] == []


@given(web_services())
def test_a_web_services_service_has_the_ports_it_was_given(spec: WebServiceSpec) -> None:
    """A node port makes it a NodePort; a budget lets one pod go at a time."""
    service = _body(spec, "Service")["spec"]
    assert (service["type"] == "NodePort", service["ports"][0].get("nodePort")) == (spec.node_port is not None, spec.node_port)
    assert service["ports"][0]["port"] == spec.service_port
    if spec.replicas > 1:
        assert _body(spec, "PodDisruptionBudget")["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": {"app": spec.name}}}


@given(web_services())
def test_a_web_service_admits_whom_it_was_told_to_on_its_own_port(spec: WebServiceSpec) -> None:
    """The ranges in any order; nobody where there are none. DNS is open, by UDP and TCP, exactly where it calls anybody."""
    own = _body(spec, "NetworkPolicy", spec.name)["spec"]
    admitted = [(p["ipBlock"]["cidr"], rule["ports"]) for rule in own.get("ingress", []) for p in rule["from"]]
    assert admitted == [(cidr, [{"protocol": "TCP", "port": spec.port}]) for cidr in sorted(spec.admit_cidrs)]
    dns = [rule for rule in own.get("egress", []) if {p["port"] for p in rule["ports"]} == {53}]
    assert [[p["protocol"] for p in rule["ports"]] for rule in dns] == ([["UDP", "TCP"]] if spec.calls else [])
    for rule in dns:
        assert rule["to"] == [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ]


def test_an_edge_names_its_callee_by_the_label_and_namespace_it_was_given() -> None:
    """Both ends of an edge within the namespace select by the same label; another namespace is named by its own label."""
    calls = (CallSpec(app="a", port=1, label="example.com/app"), CallSpec(app="b", port=2, namespace="other"))
    spec = WebServiceSpec(name="w", image="w:1", port=8000, health="/h", calls=calls)
    egress = _body(spec, "NetworkPolicy", "w")["spec"]["egress"][1:]
    assert egress == [
        {"to": [{"podSelector": {"matchLabels": {"example.com/app": "a"}}}], "ports": [{"protocol": "TCP", "port": 1}]},
        {
            "to": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}},
                    "podSelector": {"matchLabels": {"app": "b"}},
                }
            ],
            "ports": [{"protocol": "TCP", "port": 2}],
        },
    ]
    assert _body(spec, "NetworkPolicy", "w.calls.a")["spec"]["podSelector"] == {"matchLabels": {"example.com/app": "a"}}


@given(ingress_routes)
def test_a_route_leads_where_it_was_told_to(spec: IngressRouteSpec) -> None:
    """Host, class, service and port; the author's annotations win over the controller's."""
    ingress = _body(spec, "Ingress")
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == spec.host
    assert rule["http"]["paths"][0]["backend"] == {"service": {"name": spec.service, "port": {"number": spec.service_port}}}
    assert ingress["spec"]["ingressClassName"] == spec.controller.class_name
    if isinstance(spec.controller, AlbSpec):
        assert ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/scheme"] == spec.controller.scheme
    assert spec.annotations.items() <= ingress["metadata"]["annotations"].items()


def test_annotations_of_the_author_win() -> None:
    """A setting of the controller that somebody needs otherwise is theirs to change."""
    key = "nginx.ingress.kubernetes.io/ssl-redirect"
    for redirect, given_, expected in ((False, {}, "false"), (True, {}, "true"), (True, {key: "false"}, "false")):
        controller = NginxSpec(ssl_redirect=redirect)
        spec = IngressRouteSpec(name="r", controller=controller, host="a.b", path="/", service="s", annotations=given_)
        assert _body(spec, "Ingress")["metadata"]["annotations"] == {key: expected}


def test_a_load_balancer_asks_longer_paths_first_and_the_health_path() -> None:
    """Between the Ingresses of a group only their order counts, so `/` comes last; its targets are asked on a path that they serve."""
    controller = AlbSpec(certificate_arn="arn:aws:acm:x:123456789012:c", group="g", scheme="internal")
    annotations = {}
    for path in ("/", "/api", "/api/order", "/" + "a" * 1023):
        spec = IngressRouteSpec(name="r", controller=controller, host="a.b", path=path, service="s", health_path="/h")
        made = _body(spec, "Ingress")["metadata"]["annotations"]
        annotations[path] = {key.removeprefix("alb.ingress.kubernetes.io/"): value for key, value in made.items()}
    orders = [int(a["group.order"]) for a in annotations.values()]
    assert orders == sorted(orders, reverse=True)
    assert len(set(orders)) == len(orders)
    assert all(-1000 <= order <= 1000 for order in orders)
    assert annotations["/"] == {
        "certificate-arn": "arn:aws:acm:x:123456789012:c",
        "group.name": "g",
        "group.order": "999",
        "healthcheck-path": "/h",
        "listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
        "scheme": "internal",
        "ssl-redirect": "443",
        "target-type": "ip",
        "external-dns.alpha.kubernetes.io/hostname": "a.b",
    }


@given(mysqls)
def test_a_databases_settings_reach_the_server(spec: MySQLSpec) -> None:
    """Volume, class, names, both passwords by their own Secrets, SQL files where the entry point looks, and a name for its pod."""
    claim, stateful = _body(spec, "PersistentVolumeClaim"), _body(spec, "StatefulSet")
    assert claim["metadata"]["annotations"] == stateful["metadata"]["annotations"] == _KEEP
    assert claim["spec"]["resources"]["requests"]["storage"] == spec.storage
    assert claim["spec"].get("storageClassName") == spec.storage_class
    (container,) = stateful["spec"]["template"]["spec"]["containers"]
    values = {v["name"]: v.get("value") or tuple(v["valueFrom"]["secretKeyRef"].values()) for v in container["env"]}
    assert values == {
        "MYSQL_DATABASE": spec.database,
        "MYSQL_USER": spec.user,
        "MYSQL_PASSWORD": (spec.password.name, spec.password.key),
        "MYSQL_ROOT_PASSWORD": (spec.root_password.name, spec.root_password.key),
        "MYSQL_ROOT_HOST": "localhost",
    }
    assert container["image"] == spec.image
    assert {f"--innodb-buffer-pool-size={spec.buffer_pool}", f"--max-connections={spec.max_connections}"} <= set(container["args"])
    mounts = {m["mountPath"]: m for m in container["volumeMounts"]}
    assert mounts["/var/lib/mysql"] == {"name": "data", "mountPath": "/var/lib/mysql", "subPath": "mysql"}
    assert ("/docker-entrypoint-initdb.d" in mounts) == bool(spec.init_sql)
    configs = [m.body["data"] for m in built(spec) if m.kind == "ConfigMap"]
    assert configs == ([dict(spec.init_sql)] if spec.init_sql else [])
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert "--host=127.0.0.1" in " ".join(container[probe]["exec"]["command"])
    headless = _body(spec, "Service", stateful["spec"]["serviceName"])["spec"]
    assert (headless["clusterIP"], headless["publishNotReadyAddresses"]) == ("None", True)
    assert {s["ports"][0]["targetPort"] for s in (headless, _body(spec, "Service", spec.name)["spec"])} == {container["ports"][0]["name"]}
    assert _body(spec, "NetworkPolicy")["spec"]["policyTypes"] == ["Ingress", "Egress"]


@given(namespaces)
def test_a_namespace_is_held_to_its_level_and_kept_with_its_data(spec: NamespaceSpec) -> None:
    """The level is enforced and warned of; only one that holds data is exempt from pruning."""
    metadata = _body(spec, "Namespace")["metadata"]
    levels = {k.rpartition("/")[2]: v for k, v in metadata["labels"].items() if k.startswith("pod-security.kubernetes.io/")}
    assert levels == {"enforce": spec.pod_security, "warn": spec.pod_security}
    assert metadata.get("annotations", {}) == (_KEEP if spec.holds_data else {})


@given(grafana_datasources())
def test_datasources_reach_grafana_as_they_are_written(spec: GrafanaDatasourcesSpec) -> None:
    """In their order, through its server, under the label its sidecar looks for."""
    config = _body(spec, "ConfigMap")
    assert config["metadata"]["labels"][spec.label] == spec.label_value
    provisioned = yaml.safe_load(config["data"]["datasources.yaml"])
    assert provisioned["apiVersion"] == 1
    assert [(d["name"], d["uid"], d["type"], d["url"], d["isDefault"], d["access"], d["editable"]) for d in provisioned["datasources"]] == [
        (d.name, d.uid, d.type, d.url, d.is_default, "proxy", False) for d in spec.datasources
    ]
    assert [list(d.get("jsonData", {})) for d in provisioned["datasources"]] == [sorted(d.json_data) for d in spec.datasources]


def test_the_sidecars_label_and_the_defaults_are_settings() -> None:
    """Another Grafana may look for another label."""
    source = DatasourceSpec(name="a", uid="b", type="c", url="http://d")
    spec = GrafanaDatasourcesSpec(name="g", datasources=(source,), label="x/y", label_value="z")
    assert _body(spec, "ConfigMap")["metadata"]["labels"]["x/y"] == "z"
    assert "jsonData" not in _body(spec, "ConfigMap")["data"]["datasources.yaml"]


@given(prometheus_rules)
def test_alerts_reach_prometheus_as_they_are_written(spec: PrometheusRuleSpec) -> None:
    """Groups and rules in their order, with their waits, severities and texts."""
    groups = _body(spec, "PrometheusRule")["spec"]["groups"]
    assert [g["name"] for g in groups] == [g.name for g in spec.groups]
    said = [(r["alert"], r["expr"], r["for"], r["labels"], r["annotations"]) for g in groups for r in g["rules"]]
    assert said == [
        (a.alert, a.expr, a.wait, {"severity": a.severity}, {"summary": a.summary, "description": a.description})
        for g in spec.groups
        for a in g.rules
    ]


def test_an_alerts_further_settings_are_added() -> None:
    """Labels, texts, a runbook, a group's interval, and the labels that Prometheus selects rules by."""
    alert = AlertSpec(
        alert="A",
        expr="up",
        severity="info",
        summary="s",
        description="d",
        runbook_url="http://r",
        labels={"a": "b"},
        annotations={"c": "d"},
    )
    groups = (RuleGroupSpec(name="g", rules=(alert,), interval="1m"), RuleGroupSpec(name="h", rules=()))
    made = _body(PrometheusRuleSpec(name="p", groups=groups, labels={"release": "x"}), "PrometheusRule")
    assert made["metadata"]["labels"]["release"] == "x"
    first, second = made["spec"]["groups"]
    assert (first["interval"], "interval" in second) == ("1m", False)
    assert first["rules"][0]["labels"] == {"severity": "info", "a": "b"}
    assert first["rules"][0]["annotations"] == {"summary": "s", "description": "d", "c": "d", "runbook_url": "http://r"}
