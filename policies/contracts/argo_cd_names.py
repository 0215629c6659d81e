"""argo-cd: what its parts are called, and what all of them have in common. See `argo_cd.py`."""

from dataclasses import dataclass
from typing import Final

from crema.policies.contracts import bodies as to
from crema.policies.contracts import pod_bodies as run
from crema.policies.contracts.bodies import Body
from crema.policies.contracts.chart import Chart

PARTS: Final = {
    "controller": 52,
    "server": 63,
    "repoServer": 63,
    "applicationSet": 63,
    "notifications": 63,
    "dex": 63,
    "redis": 63,
    "redisSecretInit": 63,
    "commitServer": 63,
}
"""The keys of the parts' values, and the longest name of each: a StatefulSet's pods have a hash behind theirs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A part of Argo CD: `own` is its bare name (`repo-server`), `name` that of its objects (`argocd-repo-server`)."""

    key: str
    own: str
    name: str
    namespace: str
    account: str
    selector: dict[str, str]
    labels: dict[str, str]

    @classmethod
    def of(cls, chart: Chart, key: str) -> "Part":
        """A part by the key of its values."""
        own = chart.text(key, "name")
        name = chart.fit(f"{chart.fullname}-{own}", PARTS[key])
        return cls(
            key=key,
            own=own,
            name=name,
            namespace=namespace_of(chart),
            account=chart.account(key, "serviceAccount", fullname=name),
            selector={"app.kubernetes.io/name": f"{chart.short}-{own}", "app.kubernetes.io/instance": chart.release},
            labels=labels_of(chart, own, own),
        )

    def named(self, chart: Chart, name: str) -> dict[str, str]:
        """The labels of an object of this part that has another name in them."""
        return labels_of(chart, name, self.own)


def namespace_of(chart: Chart) -> str:
    """The namespace of everything."""
    return chart.fit(chart.text("namespaceOverride") or chart.namespace)


def labels_of(chart: Chart, name: str = "", component: str = "") -> dict[str, str]:
    """The labels of an object."""
    own = {"app.kubernetes.io/name": f"{chart.short}-{name}"} if name else {}
    own |= {"app.kubernetes.io/component": component} if component else {}
    shared = {"app.kubernetes.io/instance": chart.release, "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": "argocd"}
    return own | shared | chart.texts("global", "additionalLabels")


def scheduled(chart: Chart, part: Part) -> Body:
    """Where a part's pods may go: the part has the word before `global`."""
    found = run.scheduled(chart, "global")
    found.pop("affinity", None)
    found |= run.scheduled(chart, part.key)
    return found | to.written(affinity=found.get("affinity") or _affinity(chart, part))


def _affinity(chart: Chart, part: Part) -> Body:
    preset, at = chart.text("global", "affinity", "podAntiAffinity"), ("global", "affinity", "nodeAffinity")
    pods: Body = {"labelSelector": {"matchLabels": {"app.kubernetes.io/name": f"{chart.short}-{part.own}"}}}
    zone = "kubernetes.io/hostname" if preset == "soft" else "topology.kubernetes.io/zone"
    found: Body = {}
    if preset in {"soft", "hard"}:
        preferred = [{"weight": 100, "podAffinityTerm": pods | {"topologyKey": zone}}]
        found["podAntiAffinity"] = {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
    if preset == "hard":
        found["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = [pods | {"topologyKey": "kubernetes.io/hostname"}]
    if chosen := chart.items(*at, "matchExpressions"):
        if chart.text(*at, "type") == "hard":
            terms: Body = {"nodeSelectorTerms": [{"matchExpressions": chosen}]}
            found["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
        else:
            wanted = [{"weight": 1, "preference": {"matchExpressions": chosen}}]
            found["nodeAffinity"] = {"preferredDuringSchedulingIgnoredDuringExecution": wanted}
    return found


def strategy(chart: Chart, part: Part) -> Body:
    """How pods are replaced; what neither says is Kubernetes' own way."""
    asked = chart.mapping("global", "deploymentStrategy") | chart.mapping(part.key, "deploymentStrategy")
    kind = asked.get("type")
    if kind == "RollingUpdate":
        return to.written(type=kind, rollingUpdate=asked.get("rollingUpdate"))
    return {"type": kind} if kind == "Recreate" else {}
