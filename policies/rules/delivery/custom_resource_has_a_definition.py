"""The policy delivery-custom-resource-has-a-definition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application
from crema.policies.model.delivery.definitions import custom, definition_of, may_define
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.world import World

_APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: order, namespace: argocd}
    spec:
      destination: {server: https://kubernetes.default.svc, namespace: shop}
      source: {repoURL: https://git.example.com/platform, path: shop/order, directory: {recurse: true}}
"""
_CHART = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: stack, namespace: argocd}
    spec:
      destination: {server: https://kubernetes.default.svc, namespace: monitoring}
      source: {repoURL: https://charts.example.com, chart: CHART, targetRevision: VERSION, helm: {valuesObject: VALUES}}
"""
_BEAN = "{apiVersion: coffee.example.com/v1, kind: Bean, metadata: {name: arabica, namespace: shop}}"
_RULE = "{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: order, namespace: shop}}"
_DEFINITION = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: beans.coffee.example.com}
    spec:
      group: coffee.example.com
      scope: Namespaced
      names: {kind: Bean, plural: beans}
      versions: [{name: v1, served: true, storage: true}]
"""
_HERE = {"shop/_bootstrap/order.yaml": _APPLICATION, "shop/order/a.yaml": _BEAN}


def _stack(chart: str = "kube-prometheus-stack", version: str = "88.5.3", values: str = "{crds: {enabled: true}}") -> dict[str, str]:
    text = _CHART.replace("CHART", chart).replace("VERSION", version).replace("VALUES", values)
    return {"shop/_bootstrap/stack.yaml": text, "shop/_bootstrap/order.yaml": _APPLICATION, "shop/order/a.yaml": _RULE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The custom kinds of one API group of which an Application applies objects, each with the first of these."""

    application: Application
    name: str
    kinds: dict[str, Owned]

    def __str__(self) -> str:
        """The Application and the group."""
        return f"{self.application} ({self.name})"


class CustomResourceHasADefinition(Policy[Group]):
    """Something defines every custom kind of which objects are applied: a definition here, or a chart that brings one.

    Why: an object of a kind that the cluster does not know is refused. Argo CD then applies nothing else of that Application either
    ("one or more synchronization tasks are not valid"), however often it tries.
    Fix: add the definition, or the Application whose chart brings it; or take the object out.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#skip-dry-run-for-new-custom-resources-types
    """

    id = "delivery-custom-resource-has-a-definition"
    basis = "breaks"
    allowed = (
        Example(name="a definition beside it", files={**_HERE, "shop/order/b.yaml": _DEFINITION}, closed=True),
        Example(name="a chart brings it", files=_stack(), closed=True),
        Example(name="a chart of which nobody knows what it brings", files=_stack("some-operator", "1.0.0"), closed=True),
        Example(name="somebody's directory", files=_HERE),
        Example(
            name="a published chart of an unknown version, whose name says what it brings",
            files={
                name: text.replace("charts.example.com", "prometheus-community.github.io")
                for name, text in _stack("prometheus-operator-crds", "1.0.0").items()
            },
            closed=True,
        ),
        Example(
            name="the cluster has it before",
            files={
                "shop/_bootstrap/order.yaml": _APPLICATION,
                "shop/order/a.yaml": "{apiVersion: elbv2.k8s.aws/v1beta1, kind: TargetGroupBinding, metadata: {name: a, namespace: shop}}",
            },
            facts={"prerequisites": {"aws-load-balancer-controller": {"provides": "IngressClass alb"}}},
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="nothing defines it",
            files=_HERE,
            closed=True,
            at="Bean/shop/arabica",
            pointer="/kind",
            message="nothing here defines Bean of coffee.example.com, so Application order applies nothing at all",
        ),
        Denied(
            name="a published chart brings what its name says, and no more",
            files={name: text.replace("charts.example.com", "charts.bitnami.com") for name, text in _stack("redis", "20.1.0").items()},
            closed=True,
            at="PrometheusRule/shop/order",
            pointer="/kind",
            message="nothing here defines PrometheusRule of monitoring.coreos.com, so Application order applies nothing at all",
        ),
        Denied(
            name="the chart is there, and its definitions are off",
            files=_stack(values="{crds: {enabled: false}}"),
            closed=True,
            at="PrometheusRule/shop/order",
            pointer="/kind",
            message="nothing here defines PrometheusRule of monitoring.coreos.com, so Application order applies nothing at all",
            also=(
                Pinned(
                    at="Application/argocd/stack",
                    pointer="/spec/source/chart",
                    message="nothing here defines Alertmanager, Prometheus, PrometheusRule, ServiceMonitor of monitoring.coreos.com, "
                    "so Application stack applies nothing at all",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Group]:
        """Every group of custom kinds of every Application that applies to the cluster of Argo CD."""
        for application, objects in owned(world).items():
            groups: dict[str, dict[str, Owned]] = {}
            for (group, kind), first in custom(application, objects).items():
                groups.setdefault(group, {})[kind] = first
            for group, kinds in groups.items():
                yield Group(application=application, name=group, kinds=kinds)

    def judge(self, world: World, target: Group) -> Iterator[Outcome]:
        """Look for what defines each kind."""
        lacking = {kind: first for kind, first in sorted(target.kinds.items()) if definition_of(world, first.ref) is None}
        if not lacking:
            return
        names, first = ", ".join(lacking), next(iter(lacking.values()))
        unknown = may_define(world, target.name)
        if not world.closed or unknown is not None:
            by = f" by {unknown}" if unknown is not None else ""
            yield self.undecided(first.manifest, f"whether {names} of {target.name} is defined{by}")
            return
        what = f"nothing here defines {names} of {target.name}, so {target.application} applies nothing at all"
        path = (str(target.application), str(first.ref), f"CustomResourceDefinition of {first.ref.kind}.{target.name}")
        yield self.finding(first.at("kind"), what, path=path, subject=f"{target.application.name} {target.name}")
