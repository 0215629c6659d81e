"""The policy delivery-custom-resource-survives-coming-first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import RETRIES, Application, options_of
from crema.policies.model.delivery.definitions import definition_of
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.delivery.scopes import BUILT_IN, group_kind
from crema.policies.model.world import World

_SKIP = "SkipDryRunOnMissingResource=true"


def _application(name: str, options: str = "", retry: str = "{limit: 5}") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: shop/{name}, directory: {{recurse: true}}}}
          syncPolicy: {{automated: {{prune: true}}, syncOptions: [{options}], retry: {retry}}}
    """


_BEAN = "{apiVersion: coffee.example.com/v1, kind: Bean, metadata: {name: arabica, namespace: shop, annotations: {NOTE}}}"
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
_KINDS = {"shop/_bootstrap/kinds.yaml": _application("kinds"), "shop/kinds/bean.yaml": _DEFINITION}


def _order(options: str = "", retry: str = "{limit: 5}", note: str = "") -> dict[str, str]:
    return {
        **_KINDS,
        "shop/_bootstrap/order.yaml": _application("order", options, retry),
        "shop/order/a.yaml": _BEAN.replace("NOTE", note),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """A custom kind of which an Application applies objects and which another Application defines."""

    application: Application
    first: Owned
    definer: Owned

    def __str__(self) -> str:
        """The Application and the kind."""
        return f"{self.application} ({group_kind(self.first.ref)})"


class CustomResourceSurvivesComingFirst(Policy[Early]):
    """An Application whose custom kinds another one defines may be applied before that one.

    Why: Applications wait for nobody. While the definition is not there, Argo CD's dry run fails and nothing of the Application is applied,
    whatever else it has; when its retries are used up, it never tries that commit again.
    Fix: add the sync option SkipDryRunOnMissingResource=true, and let retries be without end.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#skip-dry-run-for-new-custom-resources-types

    With retries without end it comes right by itself, later. The five retries of the default last about two and a half minutes, in which
    the definition mostly comes: in a directory that is not ours only fewer are a finding.
    """

    id = "delivery-custom-resource-survives-coming-first"
    basis = "breaks"
    severity = "warning"
    allowed = (
        Example(name="the dry run is skipped", files=_order(_SKIP), closed=True),
        Example(name="the dry run is skipped for each object", files=_order(note=f"argocd.argoproj.io/sync-options: {_SKIP}"), closed=True),
        Example(
            name="the definition is in the same Application, which applies it first",
            files={"shop/_bootstrap/order.yaml": _application("order"), "shop/order/a.yaml": _BEAN, "shop/order/b.yaml": _DEFINITION},
            closed=True,
        ),
        Example(name="retries without end", files=_order(retry="{limit: -1}"), closed=True),
        Example(name="somebody's Application, with the retries of the default", files=_order()),
    )
    denied = (
        Denied(
            name="a few retries",
            files=_order(),
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/syncPolicy",
            message="Application order applies nothing until Application kinds has defined Bean.coffee.example.com, "
            "and gives up after 5 retries",
        ),
        Denied(
            name="somebody's Application, which never tries again",
            files=_order(retry="{limit: 0}"),
            at="Application/argocd/order",
            pointer="/spec/syncPolicy",
            message="Application order applies nothing until Application kinds has defined Bean.coffee.example.com, "
            "and gives up after 0 retries",
        ),
    )

    def targets(self, world: World) -> Iterable[Early]:
        """Every custom kind of an Application that another one defines."""
        for application, objects in owned(world).items():
            seen: set[tuple[str, str]] = set()
            for each in objects if application.is_here else ():
                kind = (each.ref.group, each.ref.kind)
                if each.ref.group in BUILT_IN or kind in seen or _SKIP in options_of(each.manifest):
                    continue
                seen.add(kind)
                definition = definition_of(world, each.ref)
                if definition is not None and definition.by is not None and definition.by.application is not application:
                    yield Early(application=application, first=each, definer=definition.by)

    def judge(self, world: World, target: Early) -> Iterator[Outcome]:
        """Whether the dry run is skipped, or else how long it is tried."""
        application, tries = target.application, target.application.retries
        if application.has(_SKIP) or application.automated is None or tries < 0 or (tries >= RETRIES and not world.closed):
            return
        kind, definer = group_kind(target.first.ref), target.definer.application
        what = f"{application} applies nothing until {definer} has defined {kind}"
        yield self.finding(
            application.spec.get("syncPolicy") or application.spec,
            f"{what}, and gives up after {tries} {'retry' if tries == 1 else 'retries'}",
            path=(str(application), str(target.first.ref), f"CustomResourceDefinition of {definer}"),
            related=(Related(manifest=definer.manifest, pointer="", note=f"defines {kind}"),),
            subject=kind,
        )
