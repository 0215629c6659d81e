"""Passwords that the cluster makes for itself, once, and that nobody ever writes down.

https://external-secrets.io/latest/api/generator/password/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from constructs import Construct

from crema.generators.checks import DnsLabel, DnsName, PlainName, SecretKey, between
from crema.generators.external_secret import GENERATORS, LABELS, external_secret, from_generator
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, may_be_secret, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedPasswordSpec(Spec):
    """A Secret with random passwords of letters and digits: they go into connection strings and shells as they are.

    Args:
        name: of the Secret. namespace: its own; None takes the chart's.
        keys: each gets a password of its own.
        length: of each password, in characters.
        fixed: further keys whose values are no secret, such as the name of the account that a password is for.

    """

    name: DnsName
    keys: tuple[SecretKey, ...] = ("password",)
    namespace: DnsLabel | None = None
    length: Annotated[int, between(16, 128)] = 32
    fixed: Mapping[SecretKey, PlainName] = field(default_factory=dict)

    @rule("keys")
    def _each_key_once(self) -> Iterator[Mistake]:
        """The operator makes no password for a generator that names a key twice; one that names none would make the key `password`."""
        if not self.keys or len(set(self.keys)) < len(self.keys):
            yield self.mistake("keys", "at least one key, and none twice", self.keys)

    @rule("keys", "fixed")
    def _fixed_keys_are_other_keys(self) -> Iterator[Mistake]:
        for key in sorted(set(self.keys) & set(self.fixed)):
            yield self.mistake("fixed", f"without {key}, which gets a password", key)

    @rule("fixed")
    def _nothing_fixed_is_a_secret(self) -> Iterator[Mistake]:
        """What stands in a spec stands in git."""
        for key in sorted(self.fixed):
            if may_be_secret(key):
                yield self.mistake("fixed", f"without {key}: its name says it is a secret, and this value would stand in git", key)


def build(spec: GeneratedPasswordSpec) -> tuple[Manifest, ...]:
    """A Password generator and the ExternalSecret that asks it once."""
    password = {
        # Without repetition there would be 10 digits and 52 letters at most, and each would make the next easier to guess.
        "allowRepeat": True,
        "encoding": "raw",
        "length": spec.length,
        "noUpper": False,
        "secretKeys": list(spec.keys),
        "symbols": 0,
    }
    generator = Manifest(
        api_version=GENERATORS, kind="Password", name=spec.name, namespace=spec.namespace, labels=LABELS, body={"spec": password}
    )
    template: dict[str, Any] = {"mergePolicy": "Merge", "data": dict(spec.fixed)} if spec.fixed else {}
    source = from_generator("Password", spec.name)
    return generator, external_secret(spec.name, spec.namespace, source, refresh=None, template=template)


class GeneratedPassword(Part[GeneratedPasswordSpec]):
    """A Secret with random passwords, in a chart."""

    def __init__(self, scope: Construct, id: str, spec: GeneratedPasswordSpec) -> None:
        """Add the generator and the ExternalSecret to `scope`."""
        super().__init__(scope, id, spec, build)
