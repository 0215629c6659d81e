"""ExternalSecrets of the External Secrets Operator: what all have in common, and those that copy values out of a store.

https://external-secrets.io/latest/api/externalsecret/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.checks import DnsLabel, DnsName, GoDuration, RemoteKey, RemoteProperty, SecretKey
from crema.generators.duration import seconds
from crema.generators.manifest import Manifest
from crema.generators.namespace import KEEP
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule

GENERATORS = "generators.external-secrets.io/v1alpha1"
LABELS = {"app.kubernetes.io/managed-by": "crema"}
_HOURLY = "1h0m0s"


def external_secret(
    name: str, namespace: str | None, source: Mapping[str, Any], *, refresh: str | None, template: Mapping[str, Any] | None = None
) -> Manifest:
    """An ExternalSecret and the Secret of the same name that the operator makes from `source`.

    With a `refresh` the Secret follows its source at that interval, and goes when the ExternalSecret goes. Without one it is made once:
    its value is baked into some data by then, so nothing the operator, Argo CD or an edit of the ExternalSecret does changes or deletes
    it. The operator does not make it a second time either: a lost credential is restored, not replaced by one that opens nothing.

    Defaults of the resource definition are written out, so that git and the cluster say the same.
    """
    once = refresh is None
    target: dict[str, Any] = {
        "name": name,
        "creationPolicy": "Orphan" if once else "Owner",
        "deletionPolicy": "Retain",
        # Without any template the operator copies the ExternalSecret's labels and annotations onto the Secret, Argo CD's marks included.
        "template": {"engineVersion": "v2", "mergePolicy": "Replace", **(template or {})},
    }
    if once:
        # Where the Secret exists already and the ExternalSecret is new, as in a cluster that was restored, this alone keeps its value.
        target["immutable"] = True
    policy = {"refreshPolicy": "CreatedOnce" if once else "Periodic", "refreshInterval": refresh or "0s"}
    return Manifest(
        api_version="external-secrets.io/v1",
        kind="ExternalSecret",
        name=name,
        namespace=namespace,
        labels=LABELS,
        annotations=KEEP if once else {},
        body={"spec": {**policy, **source, "target": target}},
    )


def from_generator(kind: str, name: str) -> dict[str, Any]:
    """The source of an ExternalSecret whose values a generator object makes."""
    return {"dataFrom": [{"sourceRef": {"generatorRef": {"apiVersion": GENERATORS, "kind": kind, "name": name}}}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRefSpec(Spec):
    """Where a store has a value: a secret by its key, and in the JSON object that it holds a property; without one, the whole text."""

    key: RemoteKey
    property: RemoteProperty | None = None

    def body(self) -> dict[str, Any]:
        """The ExternalSecret's `remoteRef`."""
        return {"key": self.key} if self.property is None else {"key": self.key, "property": self.property}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecretSpec(Spec):
    """A Secret with values out of a store.

    Args:
        name: of the Secret. namespace: its own and the store's; None takes the chart's.
        store: a SecretStore of the same namespace.
        data: key of the Secret → where the store has its value.
        refresh: how often the value is read again.
        baked: the value goes into some data when that is made (a database's password): it is read once and stays as it is.

    """

    name: DnsName
    store: DnsName
    data: Mapping[SecretKey, RemoteRefSpec]
    namespace: DnsLabel | None = None
    refresh: GoDuration = _HOURLY
    baked: bool = False

    @rule("data")
    def _some_data(self) -> Iterator[Mistake]:
        """The operator's webhook refuses an ExternalSecret that asks for nothing."""
        if not self.data:
            yield self.mistake("data", "at least one key", dict(self.data))

    @rule("refresh")
    def _read_at_most_each_minute(self) -> Iterator[Mistake]:
        """Each reading is a request that is paid for; with 0s a value that is rotated would never arrive."""
        if seconds(self.refresh) < 60:
            yield self.mistake("refresh", "at least 1m0s; a value that is read only once has baked=True", self.refresh)

    @rule("refresh", "baked")
    def _baked_is_read_once(self) -> Iterator[Mistake]:
        if self.baked and self.refresh != _HOURLY:
            yield self.mistake("refresh", "left out with baked=True: such a value is read once", self.refresh)


def build(spec: StoredSecretSpec) -> tuple[Manifest, ...]:
    """One ExternalSecret."""
    data = [{"secretKey": key, "remoteRef": spec.data[key].body()} for key in sorted(spec.data)]
    source = {"secretStoreRef": {"kind": "SecretStore", "name": spec.store}, "data": data}
    return (external_secret(spec.name, spec.namespace, source, refresh=None if spec.baked else spec.refresh),)


class StoredSecret(Part[StoredSecretSpec]):
    """A Secret out of a store, in a chart."""

    def __init__(self, scope: Construct, id: str, spec: StoredSecretSpec) -> None:
        """Add the ExternalSecret to `scope`."""
        super().__init__(scope, id, spec, build)
