"""The policy identity-template-reads-made-keys."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.node import Node
from crema.policies.model.references.external import external_secret, provided_keys
from crema.policies.model.references.reference import EXTERNAL, said
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_KEY = re.compile(r"(?<![\w)$\].\"])\.(?P<key>[A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
_SCOPED = re.compile(r"\b(?:range|with|define|block|template)\b")
_SECRET = """
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: database, namespace: shop}
    spec:
      secretStoreRef: {name: vault}
      data: [{secretKey: password, remoteRef: {key: shop/mysql}}, {secretKey: tls.crt, remoteRef: {key: shop/tls}}]
      target: {template: {data: {url: 'TEMPLATE'}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template of an ExternalSecret, and the keys that it can read."""

    text: Node
    keys: frozenset[str] | None

    def __str__(self) -> str:
        """The ExternalSecret and the place."""
        return f"{self.text.manifest} {self.text.place}"


class TemplateReadsMadeKeys(Policy[Template]):
    """The template of an ExternalSecret reads only keys that its stores and generators give.

    Why: the operator stops at a key that is not there (map has no entry for key), makes no Secret, and every pod that reads it waits.
    Fix: read a key of data[].secretKey or of the generator, or have that key given
    Source: https://external-secrets.io/latest/guides/templating/
    """

    id = "identity-template-reads-made-keys"
    basis = "breaks"
    allowed = (
        Example(name="the key of its data", manifests=_SECRET.replace("TEMPLATE", 'mysql://coffee:{{ .password | urlquery }}@{{ "a.b" }}')),
        Example(name="a key that is no word", manifests=_SECRET.replace("TEMPLATE", '{{ index . "tls.crt" }}')),
        Example(
            name="whatever a secret of the store has",
            manifests=_SECRET.replace("TEMPLATE", "{{ .anything }}").replace(
                "      target", "      dataFrom: [{extract: {key: a}}]\n      target"
            ),
        ),
    )
    denied = (
        Denied(
            name="another key",
            manifests=_SECRET.replace("TEMPLATE", "mysql://coffee:{{ .passwd }}@mysql"),
            at="ExternalSecret/shop/database",
            pointer="/spec/target/template/data/url",
            message="the template of ExternalSecret shop/database reads .passwd, which nothing gives it; did you mean password?",
        ),
        Denied(
            name="a key of the Secret that is made, which a template cannot read",
            manifests=_SECRET.replace("TEMPLATE", "{{ .password }}{{ .url }}"),
            at="ExternalSecret/shop/database",
            pointer="/spec/target/template/data/url",
            message="the template of ExternalSecret shop/database reads .url, which nothing gives it; known: password, tls.crt",
        ),
    )

    def targets(self, world: World) -> Iterable[Template]:
        """Every template in an ExternalSecret."""
        for manifest in world.of(EXTERNAL, "ExternalSecret", "ClusterExternalSecret"):
            spec = external_secret(manifest)
            for _, text in spec.entries("target", "template", "data") if spec is not None else ():
                if spec is not None and isinstance(text.value, str) and "{{" in text.value:
                    yield Template(text=text, keys=provided_keys(whole(world).world, spec, manifest.ref.namespace))

    def judge(self, world: World, target: Template) -> Iterator[Outcome]:
        """Each key that is read at the top. Inside of range and with the dot is something else."""
        del world
        text = str(target.text.value)
        if target.keys is None or _SCOPED.search(text):
            return
        read = [key for action in _ACTION.findall(text) for key in _KEY.findall(_QUOTED.sub('""', action))]
        for key in dict.fromkeys(key for key in read if key not in target.keys):
            who = said(target.text.manifest.ref)
            message = f"the template of {who} reads .{key}, which nothing gives it{nearest(key, target.keys)}"
            yield self.finding(target.text, message, path=(who, f"template key .{key}"), subject=key)
