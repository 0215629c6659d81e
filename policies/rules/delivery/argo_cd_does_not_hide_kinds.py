"""The policy delivery-argo-cd-does-not-hide-kinds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.argo_cd import CM, ArgoCD, Setting, argo_cd_in, installations
from crema.policies.model.entry.argo_cd_settings import read
from crema.policies.model.manifest import Manifest
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_HERE: Final = "https://kubernetes.default.svc"
_PLATFORM: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd, labels: {{app.kubernetes.io/part-of: argocd}}}}
    data: {{{data}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: shop, namespace: argocd}}
    spec: {{source: {{path: shop}}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: shop, namespace: shop}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: shop, namespace: shop}}
"""


def _platform(data: str) -> str:
    return _PLATFORM.format(data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A list by which an Argo CD leaves kinds out, or takes no others in."""

    argo_cd: ArgoCD
    setting: Setting

    def __str__(self) -> str:
        """The key and whose it is, as reports name it."""
        return f"{self.setting.key} of {self.argo_cd}"


class ArgoCdDoesNotHideKinds(Policy[Filter]):
    """Argo CD is told to overlook no kind that it is to apply.

    Why: a kind that resource.exclusions names, or that resource.inclusions does not, is not applied, compared or pruned: Argo CD leaves
    its objects out of a sync with a warning, and the rest of the Application looks Synced.
    Fix: take the kind out of resource.exclusions (or into resource.inclusions).
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#resource-exclusioninclusion
    """

    id = "delivery-argo-cd-does-not-hide-kinds"
    basis = "breaks"
    allowed = (
        Example(
            name="kinds that nothing here is",
            manifests=_platform("resource.exclusions: '[{apiGroups: [cilium.io], kinds: [\"*\"]}]'"),
            closed=True,
        ),
        Example(
            name="on another cluster only",
            manifests=_platform("resource.exclusions: '[{apiGroups: [\"*\"], kinds: [Service], clusters: [https://other]}]'"),
            closed=True,
        ),
        Example(
            name="every kind is taken in",
            manifests=_platform('resource.inclusions: \'[{apiGroups: ["*"], kinds: ["*"]}]\''),
            closed=True,
        ),
        Example(name="a text that says nothing", manifests=_platform("resource.exclusions: ''"), closed=True),
    )
    denied = (
        Denied(
            name="a kind is left out",
            manifests=_platform("resource.exclusions: '[{apiGroups: [networking.*], kinds: [Ingress]}]'"),
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/resource.exclusions",
            message="resource.exclusions hides Ingress (networking.k8s.io): Argo CD never applies Ingress/shop/shop",
        ),
        Denied(
            name="a whole group is left out, and a kind is not taken in",
            manifests=_platform(
                "resource.exclusions: '[{apiGroups: [\"\"], kinds: [Service]}]', "
                "resource.inclusions: '[{kinds: [Service, Application, ConfigMap]}]'"
            ),
            closed=True,
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/resource.exclusions",
            message="resource.exclusions hides Service (core group): Argo CD never applies Service/shop/shop",
            also=(
                Pinned(
                    at="ConfigMap/argocd/argocd-cm",
                    pointer="/data/resource.inclusions",
                    message="resource.inclusions does not have Ingress (networking.k8s.io): Argo CD never applies Ingress/shop/shop",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Filter]:
        """Every such list that is set."""
        for argo_cd in installations(world):
            for key in ("resource.exclusions", "resource.inclusions"):
                setting = argo_cd.get(CM, key)
                if setting is not None and setting.own and setting.value.strip():
                    yield Filter(argo_cd=argo_cd, setting=setting)

    def judge(self, world: World, target: Filter) -> Iterator[Outcome]:
        """Every kind that some object here is, and that the list hides."""
        listed = read(target.setting.value)
        rules = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        leaves_out = target.setting.key == "resource.exclusions"
        if not rules or not (world.closed or (leaves_out and _is_the_one(world, target))):
            return
        for (group, kind), (first, count) in world.derived(_kinds).items():
            if any(_matches(rule, group, kind) for rule in rules) is leaves_out:
                hides = "hides" if leaves_out else "does not have"
                more = f" and {count - 1} more" if count > 1 else ""
                message = f"{target.setting.key} {hides} {kind} ({group or 'core group'}): Argo CD never applies {first}{more}"
                there = whole(world).place(first.root)
                related = (Related(manifest=there.manifest, pointer=there.pointer, note="is never applied"),)
                yield self.finding(target.setting.place, message, related=related, subject=f"{group}/{kind}")


def _is_the_one(world: World, target: Filter) -> bool:
    """Whether somebody's directory is plainly what this Argo CD applies: it has Applications, and no other Argo CD."""
    return bool(world.of("argoproj.io", "Application")) and argo_cd_in(world, target.argo_cd.namespace) is target.argo_cd


def _kinds(world: World) -> dict[tuple[str, str], tuple[Manifest, int]]:
    """Every group and kind that Argo CD is to apply, with the first object of it and how many there are."""
    found: dict[tuple[str, str], tuple[Manifest, int]] = {}
    for manifest in whole(world).world.manifests:
        if not manifest.bootstrap:
            first, count = found.get((manifest.ref.group, manifest.ref.kind), (manifest, 0))
            found[manifest.ref.group, manifest.ref.kind] = (first, count + 1)
    return found


def _matches(rule: Mapping[str, object], group: str, kind: str) -> bool:
    """As Argo CD matches: groups and clusters by patterns, kinds as they stand or `*`; what is not given matches all.

    Source: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/settings/filtered_resource.go
    """
    groups, kinds, clusters = (_texts(rule, name) for name in ("apigroups", "kinds", "clusters"))
    return (
        (not groups or any(fnmatchcase(group, each) for each in groups))
        and (not kinds or bool({"*", kind} & set(kinds)))
        and (not clusters or any(fnmatchcase(_HERE, each) for each in clusters))
    )


def _texts(rule: Mapping[str, object], name: str) -> list[str]:
    listed = next((value for key, value in rule.items() if key.lower() == name), None)
    return [str(each) for each in listed] if isinstance(listed, list) else []
