"""What delivery-helm-values-are-read says of releases: findings at their places, and what it could not check."""

import pytest

from crema.policies.contracts.keys.unread import key_list
from crema.policies.engine.discover import discover
from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding, Unchecked
from crema.policies.engine.run import run
from crema.policies.model.read import Reading
from crema.policies.model.world import World
from crema.policies.rules.delivery.helm_values_are_read import HelmValuesAreRead

POLICY = HelmValuesAreRead()


def world(helm: str, *, chart: str = "tempo", version: str = "2.2.4", kind: str = "Application", closed: bool = False) -> World:
    """One Application, or ApplicationSet, with these settings of Helm."""
    spec = f"{{source: {{chart: {chart}, targetRevision: '{version}', helm: {{{helm}}}}}}}"
    body = spec if kind == "Application" else f"{{template: {{metadata: {{name: x}}, spec: {spec}}}}}"
    head = f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: x, namespace: argocd}}"
    return Example(name="", manifests=f"{head}\nspec: {body}\n", closed=closed).world()


def findings(of: World) -> list[tuple[str, str]]:
    """The place and the message of every finding."""
    return [(f"{each.pointer}#{each.inner}".removesuffix("#"), each.message) for each in POLICY.check(of) if isinstance(each, Finding)]


def unchecked(of: World) -> list[str]:
    """What could not be checked."""
    return [each.why for each in POLICY.check(of) if isinstance(each, Unchecked)]


def test_every_place_that_values_have_is_judged() -> None:
    """valuesObject, values as text and each parameter; of an ApplicationSet, those of its template."""
    reads = "no template of chart tempo 2.2.4 reads tempo.retentoin; did you mean tempo.retention?"
    source = "/spec/source/helm"
    assert findings(world("valuesObject: {tempo: {retentoin: 24h}}")) == [(f"{source}/valuesObject/tempo/retentoin", reads)]
    assert findings(world("values: 'tempo: {retentoin: 24h}'")) == [(f"{source}/values#/tempo/retentoin", reads)]
    assert findings(world("parameters: [{name: tempo.retention, value: 1h}, {name: tempo.retentoin, value: 24h}]")) == [
        (f"{source}/parameters/1/value", reads)
    ]
    template = world("valuesObject: {tempo: {retentoin: 24h}}", kind="ApplicationSet")
    assert findings(template) == [("/spec/template/spec/source/helm/valuesObject/tempo/retentoin", reads)]


def test_of_two_ways_to_write_values_argo_cd_takes_one() -> None:
    """What valuesObject hides is not installed, and not judged."""
    assert findings(world("valuesObject: {tempo: {retention: 24h}}, values: 'tempo: {retentoin: 24h}'")) == []


_PINNED = "delivery-chart-version-is-pinned"
"""It speaks of no version at the same place, and of nothing else there."""


@pytest.mark.parametrize("closed", [False, True])
def test_a_chart_or_version_that_nobody_knows_is_said_and_found_once(closed: bool) -> None:
    """Unchecked here; in a whole environment another policy has the finding, and no second one says the same."""
    for chart, version in (("tempo", "1.0.0"), ("tempo", ""), ("redis", "1.0.0")):
        unknown = world("valuesObject: {nothing: 1}", chart=chart, version=version, closed=closed)
        assert unchecked(unknown) == [f"which values chart {chart} reads is not known for {version or 'no version'}"]
        report = run(Reading(worlds=(unknown,), unreadable=(), not_manifests=()), discover())
        about = [each.policy for each in report.findings if each.pointer == "/spec/source/chart" and each.policy != _PINNED]
        assert about == (["telemetry-exactly-one-default-datasource"] if closed else [])


def test_a_chart_without_a_list_is_unchecked_in_somebodys_directory() -> None:
    """And a finding where the whole environment is ours, which an example pins."""
    of = world("valuesObject: {nothing: 1}", chart="loki-stack", version="2.10.3")
    assert findings(of) == []
    assert unchecked(of) == ["it is not known which values chart loki-stack reads: there is no list of its keys"]


def test_values_in_files_are_unchecked_and_the_others_judged() -> None:
    """What is not in the manifest cannot be judged; what is, can."""
    of = world("valueFiles: [a.yaml], valuesObject: {temp: 1}")
    assert findings(of) == [("/spec/source/helm/valuesObject/temp", "no template of chart tempo 2.2.4 reads temp; did you mean tempo?")]
    assert unchecked(of) == ["some values of chart tempo are not known: its values come from files that are not in the manifest"]


def test_a_key_that_is_made_later_is_unchecked() -> None:
    """An ApplicationSet fills in what stands in braces, in names of values too."""
    of = world("valuesObject: {'{{ .cluster }}': 1}", kind="ApplicationSet")
    assert findings(of) == []
    assert unchecked(of) == ["the name of the value {{ .cluster }} is only known when it is made"]


def test_every_release_is_a_target() -> None:
    """A release without any values was looked at too."""
    assert [str(target) for target in POLICY.targets(world(""))] == ["Application/argocd/x (chart tempo 2.2.4)"]


def test_a_list_is_read_when_a_chart_is_met_and_once() -> None:
    """A tree of manifests without Applications costs nothing, and a thousand Applications of one chart cost one list."""
    key_list.cache_clear()
    plain = Example(name="", manifests="{apiVersion: v1, kind: Service, metadata: {name: x}}").world()
    assert findings(plain) == []
    assert key_list.cache_info().currsize == 0
    for _ in range(3):
        findings(world(""))
    assert key_list.cache_info().misses == 1
