"""The policy delivery-big-objects-are-applied-server-side."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.contracts.contract import contract_for
from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, options_of
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.world import World

_LIMIT: Final = 262144


def _application(options: str) -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://git.example.com/platform, path: shop/order, directory: {{recurse: true}}}}
          syncPolicy: {{syncOptions: [{options}]}}
    """
    return {"shop/_bootstrap/order.yaml": text}


def _board(length: int, options: str = "") -> dict[str, str]:
    text = f"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: board, namespace: shop, annotations: {{argocd.argoproj.io/sync-options: '{options}'}}}}
        data: {{board.json: {"x" * length}}}
    """
    return {"shop/order/board.yaml": text}


def _chart(options: str) -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: stack, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: shop}}
          source: {{repoURL: https://charts.example.com, chart: kube-prometheus-stack, targetRevision: 88.5.3}}
          syncPolicy: {{syncOptions: [{options}]}}
    """
    return {"shop/_bootstrap/stack.yaml": text}


_SIZE = 262200


class BigObjectsAreAppliedServerSide(Policy[Application]):
    """An object of more than 262,144 bytes is applied server-side, or replaced.

    Why: a client-side apply keeps a copy of the object in an annotation, and the API server takes no annotations above that size: the sync
    fails with "metadata.annotations: Too long". Several definitions of well known charts are that big.
    Fix: add the sync option ServerSideApply=true.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#server-side-apply
    """

    id = "delivery-big-objects-are-applied-server-side"
    basis = "breaks"
    allowed = (
        Example(name="applied server-side", files={**_application("ServerSideApply=true"), **_board(_SIZE)}, closed=True),
        Example(name="the object alone is", files={**_application(""), **_board(_SIZE, "Prune=false,ServerSideApply=true")}, closed=True),
        Example(name="replaced", files={**_application(""), **_board(_SIZE, "Replace=true")}, closed=True),
        Example(name="not that big", files={**_application(""), **_board(200_000)}, closed=True),
        Example(name="a chart, applied server-side", files=_chart("ServerSideApply=true"), closed=True),
    )
    denied = (
        Denied(
            name="applied client-side",
            files={**_application(""), **_board(_SIZE)},
            closed=True,
            at="ConfigMap/shop/board",
            pointer="",
            message="ConfigMap/shop/board has 262363 bytes, more than the 262144 of an annotation, "
            "and Application order applies it client-side",
        ),
        Denied(
            name="the object alone is not applied server-side",
            files={**_application("ServerSideApply=true"), **_board(_SIZE, "ServerSideApply=false")},
            closed=True,
            at="ConfigMap/shop/board",
            pointer="",
            message="ConfigMap/shop/board has 262384 bytes, more than the 262144 of an annotation, "
            "and Application order applies it client-side",
        ),
        Denied(
            name="a chart with big definitions",
            files=_chart("CreateNamespace=true"),
            at="Application/argocd/stack",
            pointer="/spec/syncPolicy/syncOptions",
            message="chart kube-prometheus-stack brings alertmanagerconfigs.monitoring.coreos.com (and 5 more), which has more than the "
            "262144 bytes of an annotation, and Application stack applies it client-side",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application."""
        return owned(world)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """Each object that is too big, and the definitions of charts together."""
        whole = target.has("Replace=true")
        brought: list[Owned] = []
        for each in owned(world)[target]:
            options = options_of(each.manifest)
            if whole or "Replace=true" in options:
                continue
            if "ServerSideApply=false" not in options and (target.has("ServerSideApply=true") or "ServerSideApply=true" in options):
                continue
            if each.release is not None:
                brought.append(each)
            elif (size := _size(each)) > _LIMIT:
                what = f"{each.ref} has {size} bytes, more than the {_LIMIT} of an annotation, and {target} applies it client-side"
                yield self.finding(each.at(), what)
        for release in {id(each.release): each.release for each in brought}.values():
            contract = contract_for(release.chart) if release is not None else None
            big = sorted(contract.big_kinds(release)) if contract is not None and release is not None else []
            if big and release is not None:
                names = big[0] if len(big) == 1 else f"{big[0]} (and {len(big) - 1} more)"
                what = (
                    f"chart {release.chart} brings {names}, which has more than the {_LIMIT} bytes of an annotation, "
                    f"and {target} applies it client-side"
                )
                policy = target.spec.get("syncPolicy")
                node = (policy and (policy.get("syncOptions") or policy)) or release.source
                yield self.finding(node, what, path=(str(target), f"chart {release.chart}", f"CustomResourceDefinition {big[0]}"))


def _size(each: Owned) -> int:
    """The bytes of the object as JSON without spaces. Only a long file can hold a long object, but that is not known here."""
    return len(json.dumps(each.manifest.body, separators=(",", ":"), ensure_ascii=False, default=str).encode())
