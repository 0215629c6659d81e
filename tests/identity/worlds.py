"""Small worlds of one reference and one creator, in every way in which one can be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

from crema.policies.model.manifest import Manifest, ref_of
from crema.policies.model.world import World, world_of

Body = dict[str, Any]
GENERATORS: Final = "generators.external-secrets.io/v1alpha1"
NAMES: Final = st.from_regex(r"[a-z]{5,9}(-[a-z]{3,6})?", fullmatch=True)
KEYS: Final = st.from_regex(r"[a-z]{4,8}(\.[a-z]{2,4})?", fullmatch=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A reference to a key of a Secret or ConfigMap and what makes it. `read` and `made` are ways by their names."""

    kind: str
    name: str
    key: str
    read: str
    made: str
    made_name: str
    made_key: str

    def renamed(self, name: str) -> "Pair":
        """The same with another thing made."""
        return replace(self, made_name=name)

    def rekeyed(self, key: str) -> "Pair":
        """The same with another key made."""
        return replace(self, made_key=key)

    def world(self) -> World:
        """A closed world of both."""
        bodies = [_pod({**READ, **WHOLE}[self.read](self)), *MADE[self.made](self)]
        facts = _supplied(self) if self.made == "a person" else {}
        manifests = [Manifest(ref=ref_of(b), api_version=b["apiVersion"], body=b, file="a.yaml", index=i) for i, b in enumerate(bodies)]
        return world_of(manifests, "example", closed=True, facts=facts)


def _pod(spec: Body) -> Body:
    metadata = {"name": "order", "namespace": "shop"}
    container = {"name": "order", **spec.pop("container", {})}
    template = {"metadata": {"labels": {"app": "order"}}, "spec": {"containers": [container], **spec}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}}


def _source(pair: Pair, **more: Any) -> Body:
    field = "secretName" if pair.kind == "Secret" else "name"
    return {"name": "v", ("secret" if pair.kind == "Secret" else "configMap"): {field: pair.name, **more}}


def _variable(pair: Pair) -> Body:
    field = "secretKeyRef" if pair.kind == "Secret" else "configMapKeyRef"
    return {"container": {"env": [{"name": "X", "valueFrom": {field: {"name": pair.name, "key": pair.key}}}]}}


def _items(pair: Pair) -> Body:
    return {"volumes": [_source(pair, items=[{"key": pair.key, "path": "file"}])]}


def _projected(pair: Pair) -> Body:
    field = "secret" if pair.kind == "Secret" else "configMap"
    source = {field: {"name": pair.name, "items": [{"key": pair.key, "path": "file"}]}}
    return {"volumes": [{"name": "v", "projected": {"sources": [source]}}]}


def _file(pair: Pair) -> Body:
    mount = {"name": "v", "mountPath": "/etc/order/file", "subPath": pair.key}
    return {"container": {"volumeMounts": [mount]}, "volumes": [_source(pair)]}


READ: Final[Mapping[str, Callable[[Pair], Body]]] = {
    "a variable": _variable,
    "an item of a volume": _items,
    "an item of a projected volume": _projected,
    "a file of a volume": _file,
}
WHOLE: Final[Mapping[str, Callable[[Pair], Body]]] = {
    "all variables": lambda p: {"container": {"envFrom": [{("secretRef" if p.kind == "Secret" else "configMapRef"): {"name": p.name}}]}},
    "a volume": lambda p: {"volumes": [_source(p)]},
}


def _object(pair: Pair, api_version: str, kind: str, **body: Any) -> Body:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": pair.made_name, "namespace": "shop"}, **body}


def _external(pair: Pair, **spec: Any) -> Body:
    target = {"name": pair.made_name, **spec.pop("target", {})}
    return _object(pair, "external-secrets.io/v1", "ExternalSecret", spec={"target": target, **spec})


def _generated(pair: Pair, **target: Any) -> list[Body]:
    reference = {"apiVersion": GENERATORS, "kind": "Password", "name": pair.made_name}
    keys = [] if target else [pair.made_key]
    password = _object(pair, GENERATORS, "Password", spec={"length": 32, **({"secretKeys": keys} if keys else {})})
    return [_external(pair, dataFrom=[{"sourceRef": {"generatorRef": reference}}], target=target), password]


MADE: Final[Mapping[str, Callable[[Pair], list[Body]]]] = {
    "data": lambda p: [_object(p, "v1", p.kind, data={p.made_key: "eA=="})],
    "text": lambda p: [_object(p, "v1", p.kind, **{("stringData" if p.kind == "Secret" else "binaryData"): {p.made_key: "eA=="}})],
    "a store": lambda p: [_external(p, data=[{"secretKey": p.made_key, "remoteRef": {"key": "shop"}}], secretStoreRef={"name": "aws"})],
    "a generator": _generated,
    "a template": lambda p: _generated(p, template={"data": {p.made_key: "{{ .password }}"}}),
    "a merged template": lambda p: _generated(p, template={"mergePolicy": "Merge", "data": {p.made_key: "{{ .password }}"}}),
    "a cipher": lambda p: [_object(p, "bitnami.com/v1alpha1", "SealedSecret", spec={"encryptedData": {p.made_key: "AgB"}})],
    "a person": lambda _: [],
}
_OF_CONFIG_MAPS: Final = ("data", "text")


def _supplied(pair: Pair) -> dict[str, Any]:
    said = {"namespace": "shop", "name": pair.made_name, "keys": [pair.made_key], "why": "w", "how": "h"}
    return {"supplied_secrets": {f"shop/{pair.made_name}": said}}


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """A reference and a creator that fit."""
    kind, name, key = draw(st.sampled_from(["Secret", "ConfigMap"])), draw(NAMES), draw(KEYS)
    made = draw(st.sampled_from(sorted(MADE) if kind == "Secret" else _OF_CONFIG_MAPS))
    read = draw(st.sampled_from(sorted(READ)))
    return Pair(kind=kind, name=name, key=key, read=read, made=made, made_name=name, made_key=key)
