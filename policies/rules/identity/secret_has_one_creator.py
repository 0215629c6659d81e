"""The policy identity-secret-has-one-creator."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.references.creator import EVERYWHERE, Creator
from crema.policies.model.references.creators import creators
from crema.policies.model.references.reference import said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_EXTERNAL = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: NAME, namespace: shop}
    spec: {secretStoreRef: {name: vault}, target: {name: mysql-secret, CREATION}, data: [{secretKey: KEY, remoteRef: {key: shop/mysql}}]}
    ---
"""

_WRITTEN = """
    apiVersion: v1
    kind: Secret
    metadata: {name: mysql-secret, namespace: shop}
"""


def _external(name: str, creation: str = "immutable: false") -> str:
    return _EXTERNAL.replace("NAME", name).replace("CREATION", creation).replace("KEY", name)


_MAKERS = frozenset({"Secret", "ExternalSecret", "ClusterExternalSecret", "SealedSecret", "Certificate", "VaultStaticSecret"})
_ANY = frozenset({"", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A Secret that an operator makes, and everything that makes it."""

    by: tuple[Creator, ...]

    def __str__(self) -> str:
        """The Secret."""
        return said(self.by[0].ref)


class SecretHasOneCreator(Policy[Contested]):
    """A Secret that an operator makes is made by nothing else.

    Why: two that make one Secret overwrite each other, or the second is refused because the first owns it; what a person supplied is
    gone at the first refresh.
    Fix: give one of them another target, or let one add its keys with creationPolicy Merge
    Source: https://external-secrets.io/latest/guides/ownership-deletion-policy/
    """

    id = "identity-secret-has-one-creator"
    basis = "breaks"
    allowed = (
        Example(name="one makes it and another adds keys", manifests=_external("a") + _external("b", "creationPolicy: Merge"), closed=True),
        Example(
            name="two of one name in two namespaces",
            manifests=_external("a") + _external("a").replace("namespace: shop", "namespace: monitoring"),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="two ExternalSecrets",
            manifests=_external("a") + _external("b"),
            closed=True,
            at="ExternalSecret/shop/b",
            pointer="",
            message="Secret shop/mysql-secret is made twice: by ExternalSecret shop/a and by ExternalSecret shop/b",
        ),
        Denied(
            name="a person is asked for it as well",
            manifests=_external("a"),
            facts={
                "supplied_secrets": {
                    "shop/mysql-secret": {"namespace": "shop", "name": "mysql-secret", "keys": ["a"], "why": "w", "how": "h"}
                }
            },
            closed=True,
            at="ExternalSecret/shop/a",
            pointer="",
            message="Secret shop/mysql-secret is made twice: by ExternalSecret shop/a and by a person (supplied_secrets)",
        ),
        Denied(
            name="it stands beside it in the same folder",
            manifests=_external("a") + _WRITTEN,
            at="ExternalSecret/shop/a",
            pointer="",
            message="Secret shop/mysql-secret is made twice: by Secret shop/mysql-secret and by ExternalSecret shop/a",
        ),
    )

    def targets(self, world: World) -> Iterable[Contested]:
        """Every Secret that an ExternalSecret, a SealedSecret or a Certificate makes."""
        for ref, by in creators(whole(world).world).made.items():
            if (ref.group, ref.kind) == ("", "Secret") and ref.namespace != EVERYWHERE and any(creator.hops for creator in by):
                yield Contested(by=by)

    def judge(self, world: World, target: Contested) -> Iterator[Outcome]:
        """More than one that makes it. In somebody's directory only side by side: else they may be of two environments."""
        distinct = {_named(creator): creator for creator in target.by if creator.manifest is None or creator.manifest.ref.kind in _MAKERS}
        found = sorted(distinct.values(), key=_order)
        own = [creator for creator in found if creator.manifest is not None and creator.hops]
        if len(found) < 2 or not own or (not world.closed and not _side_by_side(found)):
            return
        names = [_named(creator) for creator in found[:2]]
        last = own[-1].manifest
        if last is not None:
            message = f"{said(target.by[0].ref)} is made twice: by {names[0]} and by {names[1]}"
            others = [creator.manifest for creator in found if creator.manifest is not None and creator.manifest is not last]
            yield self.finding(last.root, message, related=[Related(manifest=m, pointer="", note="makes it too") for m in others])


def _order(creator: Creator) -> tuple[bool, bool, str]:
    return (creator.manifest is None, bool(creator.hops), str(creator))


def _named(creator: Creator) -> str:
    return "a person (supplied_secrets)" if creator.manifest is None else said(creator.manifest.ref)


def _side_by_side(found: list[Creator]) -> bool:
    """Whether all are of one folder, in a namespace that is written: else each may be meant for another place."""
    manifests = [creator.manifest for creator in found if creator.manifest is not None]
    return len({os.path.dirname(manifest.file) for manifest in manifests}) == 1 and found[0].ref.namespace not in _ANY
