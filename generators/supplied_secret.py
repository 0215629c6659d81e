"""Secrets that a person puts into the cluster by hand: nothing in git makes them, so something in git says that they are needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.checks import DnsLabel, DnsName, SecretKey, Text
from crema.generators.manifest import Fact
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedSecretSpec(Spec):
    """A Secret, named and not held.

    Args:
        name: of the Secret. namespace: its own.
        keys: what it must have.
        why: what does not work without it.

    """

    name: DnsName
    namespace: DnsLabel
    keys: tuple[SecretKey, ...]
    why: Text

    @rule("keys")
    def _each_key_once(self) -> Iterator[Mistake]:
        if not self.keys or len(set(self.keys)) < len(self.keys):
            yield self.mistake("keys", "at least one key, and none twice", self.keys)

    @rule("keys")
    def _keys_that_kubectl_reads(self) -> Iterator[Mistake]:
        """To kubectl the keys of such a file are names of environment variables, in which it allows '-' and '.' as well."""
        for key in self.keys:
            if key[0].isdigit() or key.startswith(".."):
                yield self.mistake("keys", "keys that begin with no digit and no two dots: `kubectl --from-env-file` reads them", key)

    @property
    def how(self) -> str:
        """The command that makes it. It reads a line `key=value` for each key: no value is an argument or stands in a shell's history."""
        return f"kubectl --namespace {self.namespace} create secret generic {self.name} --from-env-file=/dev/stdin"

    def body(self) -> dict[str, Any]:
        """What is written down about it."""
        return {"namespace": self.namespace, "name": self.name, "keys": list(self.keys), "why": self.why, "how": self.how}


def build(spec: SuppliedSecretSpec) -> tuple[Fact, ...]:
    """One fact and no manifest: what git held would be no secret."""
    return (Fact(section="supplied_secrets", key=f"{spec.namespace}/{spec.name}", body=spec.body()),)


class SuppliedSecret(Part[SuppliedSecretSpec]):
    """A Secret that a person supplies, said in a chart."""

    def __init__(self, scope: Construct, id: str, spec: SuppliedSecretSpec) -> None:
        """Say it in the facts."""
        super().__init__(scope, id, spec, build)
