"""Laws of what generators build, over any specs."""

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from crema.generators import (
    Manifest,
    Spec,
    WebServiceSpec,
    aws_secret_store,
    dashboard,
    datasources,
    ecr_pull_secret,
    external_secret,
    generated_password,
    ingress_route,
    mysql,
    mysql_backup,
    namespace,
    network_policy,
    prometheus_rule,
    web_service,
)
from crema.generators.layout import file_name
from crema.generators.writer import manifest
from tests.external import ROOT, start
from tests.strategies import any_spec, ingress_routes, mysqls, web_services

_BUILDERS: dict[str, Callable[[Any], tuple[Manifest, ...]]] = {
    "WebServiceSpec": web_service.build,
    "IngressRouteSpec": ingress_route.build,
    "MySQLSpec": mysql.build,
    "MySQLBackupSpec": mysql_backup.build,
    "NamespaceSpec": namespace.build,
    "NetworkPoliciesSpec": network_policy.build,
    "GrafanaDashboardSpec": dashboard.build,
    "GrafanaDatasourcesSpec": datasources.build,
    "PrometheusRuleSpec": prometheus_rule.build,
    "GeneratedPasswordSpec": generated_password.build,
    "EcrPullSecretSpec": ecr_pull_secret.build,
    "AwsSecretStoreSpec": aws_secret_store.build,
    "StoredSecretSpec": external_secret.build,
}


def built(spec: Any) -> tuple[Manifest, ...]:
    """The manifests of any spec."""
    return _BUILDERS[type(spec).__name__](spec)


def _one(manifests: tuple[Manifest, ...], kind: str) -> Any:
    (found,) = [m for m in manifests if m.kind == kind]
    return found.body["spec"]


def _selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def _container_ports(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for container in pod["spec"]["containers"]:
        yield from container.get("ports", [])


@given(any_spec)
def test_what_strategies_draw_has_no_mistakes(spec: Spec) -> None:
    """The laws below speak of specs that the charts' authors may write."""
    assert spec.mistakes() == ()


@given(web_services())
def test_a_web_services_service_reaches_its_pods_on_the_port_they_listen_on(spec: WebServiceSpec) -> None:
    """The selector matches the pod template, and the target port is a port of the container: the one the program listens on."""
    manifests = built(spec)
    service, deployment = _one(manifests, "Service"), _one(manifests, "Deployment")
    assert _selects(service["selector"], deployment["template"]["metadata"]["labels"])
    assert _selects(deployment["selector"]["matchLabels"], deployment["template"]["metadata"]["labels"])
    (port,) = service["ports"]
    targets = [
        p["containerPort"] for p in _container_ports(deployment["template"]) if port["targetPort"] in {p["name"], p["containerPort"]}
    ]
    assert targets == [spec.port]


@given(web_services())
def test_every_probe_asks_a_path_under_the_root_path(spec: WebServiceSpec) -> None:
    """A service answers only under its root path, so a probe elsewhere would kill it; the variable says the same path."""
    (container,) = _one(built(spec), "Deployment")["template"]["spec"]["containers"]
    root = spec.root_path.rstrip("/")
    variables = {v["name"]: v.get("value") for v in container.get("env", [])}
    assert variables.get("ROOT_PATH", "") == root
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        path = container[probe]["httpGet"]["path"]
        assert path == root or path.startswith(root + "/")
        assert "//" not in path
        assert container[probe]["httpGet"]["port"] in {p["name"] for p in container["ports"]}


@given(web_services())
def test_a_disruption_budget_exists_exactly_with_more_than_one_replica(spec: WebServiceSpec) -> None:
    """With one replica a budget would block every drain for ever."""
    budgets = [m for m in built(spec) if m.kind == "PodDisruptionBudget"]
    assert len(budgets) == (spec.replicas > 1)


@given(st.one_of(web_services(), mysqls))
def test_every_container_is_restricted(spec: Any) -> None:
    """What the namespace's level `restricted` demands, and a read-only root besides."""
    for pod in (m.body["spec"]["template"]["spec"] for m in built(spec) if "template" in m.body.get("spec", {})):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            }
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]


@given(st.one_of(web_services(), mysqls))
def test_every_mounted_volume_exists_and_every_volume_is_mounted(spec: Any) -> None:
    """A pod with a mount without a volume is refused; a volume without a mount was meant for something."""
    for pod in (m.body["spec"]["template"]["spec"] for m in built(spec) if "template" in m.body.get("spec", {})):
        mounted = {mount["name"] for container in pod["containers"] for mount in container.get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in pod.get("volumes", [])}


@given(web_services())
def test_each_declared_edge_is_permitted_at_both_ends_and_no_other(spec: WebServiceSpec) -> None:
    """For each call there is the caller's egress and, in the same namespace, the callee's ingress, on the same port."""
    policies = {m.name: m.body["spec"] for m in built(spec) if m.kind == "NetworkPolicy"}
    own = policies.pop(spec.name)
    assert own["policyTypes"] == ["Ingress", "Egress"]
    assert own["podSelector"]["matchLabels"] == {"app": spec.name}
    dns = own["egress"][:1] if spec.calls else []
    assert all(p["port"] == 53 for rule in dns for p in rule["ports"])
    egress = {(json.dumps(rule["to"], sort_keys=True), rule["ports"][0]["port"]) for rule in own.get("egress", [])[1:]}
    assert len(egress) == len(spec.calls)
    admissions = {(p["podSelector"]["matchLabels"]["app"], p["ingress"][0]["ports"][0]["port"]) for p in policies.values()}
    assert admissions == {(call.app, call.port) for call in spec.calls if call.namespace is None}
    for policy in policies.values():
        assert policy["policyTypes"] == ["Ingress"]
        assert policy["ingress"][0]["from"] == [{"podSelector": {"matchLabels": {"app": spec.name}}}]


@given(ingress_routes)
def test_a_route_never_changes_the_path(spec: Any) -> None:
    """What the generator writes by itself contains no rewrite in any spelling."""
    (ingress,) = built(spec)
    assert not [key for key in ingress.annotations if "rewrite" in key or "transforms" in key or "use-regex" in key]
    (path,) = ingress.body["spec"]["rules"][0]["http"]["paths"]
    assert (path["path"], path["pathType"]) == (spec.path, "Prefix")


@given(mysqls)
def test_the_database_survives_everything_around_it(spec: Any) -> None:
    """The claim and the StatefulSet are never pruned, and the pod mounts the very claim that git holds."""
    manifests = built(spec)
    for kind in ("StatefulSet", "PersistentVolumeClaim"):
        (kept,) = [m for m in manifests if m.kind == kind]
        assert kept.annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    (claim,) = [m.name for m in manifests if m.kind == "PersistentVolumeClaim"]
    stateful = _one(manifests, "StatefulSet")
    assert {"name": "data", "persistentVolumeClaim": {"claimName": claim}} in stateful["template"]["spec"]["volumes"]
    assert stateful["serviceName"] in {m.name for m in manifests if m.kind == "Service" and m.body["spec"].get("clusterIP") == "None"}
    for service in (m for m in manifests if m.kind == "Service"):
        assert _selects(service.body["spec"]["selector"], stateful["template"]["metadata"]["labels"])
    assert stateful["replicas"] == 1


@given(mysqls)
def test_no_password_stands_in_a_manifest(spec: Any) -> None:
    """Passwords come from Secrets that something else creates; the services' account is not root."""
    (container,) = _one(built(spec), "StatefulSet")["template"]["spec"]["containers"]
    for variable in container["env"]:
        assert ("valueFrom" in variable) == variable["name"].endswith("PASSWORD")
    assert {v["name"]: v.get("value") for v in container.get("env", [])}["MYSQL_USER"] != "root"


@given(st.lists(web_services(), max_size=6, unique_by=lambda s: s.name))
@example([WebServiceSpec(name=n, image="a:1", port=8000, health="/h", calls=()) for n in ("a", "a-to", "a-b")])
def test_any_set_of_services_gives_unique_refs_and_file_names(specs: list[WebServiceSpec]) -> None:
    """Services of different names never want one object or, in one directory, one file."""
    manifests = [m for spec in specs for m in built(spec)]
    refs = [m.ref for m in manifests]
    assert len(set(refs)) == len(refs)
    files = [file_name(m.as_dict()) for m in manifests]
    assert len({f.lower() for f in files}) == len(files)
    assert all(f == f.lower() and "/" not in f for f in files)


@given(
    st.lists(
        st.builds(
            lambda kind, name: {"kind": kind, "metadata": {"name": name}},
            kind=st.sampled_from(["Role", "RoleBinding", "Service", "ServiceAccount"]),
            name=st.text(min_size=1, max_size=8),
        ),
        max_size=8,
        unique_by=lambda b: (b["kind"], b["metadata"]["name"]),
    )
)
@example([{"kind": "Role", "metadata": {"name": n}} for n in ("a:b", "a%3ab", "A:b", "a.b", "ä")])
def test_file_names_are_injective_on_every_file_system(bodies: list[dict[str, Any]]) -> None:
    """Two objects of different kind or name have different files, also where case does not count."""
    names = [file_name(body) for body in bodies]
    assert len({name.casefold() for name in names}) == len(bodies)


@given(any_spec)
def test_build_is_pure(spec: Spec) -> None:
    """The same spec gives the same bytes, twice."""
    assert [manifest(m.as_dict()) for m in built(spec)] == [manifest(m.as_dict()) for m in built(spec)]


@given(web_services(), st.randoms())
def test_build_does_not_see_the_order_of_mappings_and_edges(spec: WebServiceSpec, random: Any) -> None:
    """Variables and calls written in another order give the same bytes."""

    def shuffled(items: Any) -> list[Any]:
        result = list(items)
        random.shuffle(result)
        return result

    other = dataclasses.replace(
        spec,
        env=dict(shuffled(spec.env.items())),
        secret_env=dict(shuffled(spec.secret_env.items())),
        calls=tuple(shuffled(spec.calls)),
        admit_cidrs=tuple(shuffled(spec.admit_cidrs)),
    )
    assert [manifest(m.as_dict()) for m in built(other)] == [manifest(m.as_dict()) for m in built(spec)]


_BUILD_ALL = """
from pathlib import Path
from charts.environments import ENVIRONMENTS
from crema.generators.layout import lay_out
from crema.generators.platform import render
rendered = render("charts", ENVIRONMENTS)
files = lay_out(rendered.objects, Path.cwd(), "dist", rendered.mistakes)
for path in sorted(files):
    print(path)
    print(files[path].content.decode())
"""


def test_the_whole_platform_is_the_same_under_every_hash_seed() -> None:
    """Sets and dictionaries in another order change nothing: three interpreters with different PYTHONHASHSEED print the same bytes."""
    outputs = set()
    for seed in ("0", "1", "4242"):
        done = start([sys.executable, "-c", _BUILD_ALL], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT)
        assert done.status == 0, done.stderr
        assert done.stdout.count("# Generated from") > 50
        outputs.add(done.stdout)
    assert len(outputs) == 1
