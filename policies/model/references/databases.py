"""Databases and the credentials that they write into their data when it is made: later changes of the Secret change nothing there.

Sources: the images' own start scripts, for one https://github.com/docker-library/mysql/blob/master/template/docker-entrypoint.sh
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.manifest import Ref
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.pods import PodTemplate
from crema.policies.model.references.creator import secret
from crema.policies.model.world import World

_BAKED: Final = re.compile(
    r"(?:MYSQL|MARIADB|PERCONA)_(?:ROOT_|REPLICATION_)?PASSWORD|POSTGRES(?:QL)?(?:_POSTGRES)?_PASSWORD|MONGO(?:DB)?_(?:INITDB_)?ROOT_PASSWORD"
    r"|RABBITMQ_DEFAULT_PASS|DOCKER_INFLUXDB_INIT_(?:PASSWORD|ADMIN_TOKEN)|NEO4J_AUTH|COUCHDB_PASSWORD|(?:KC_BOOTSTRAP|KEYCLOAK)_ADMIN_PASSWORD"
    r"|CASSANDRA_PASSWORD|ELASTIC_PASSWORD|ARANGO_ROOT_PASSWORD"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baked:
    """One credential that goes into the data of a database. variable: the `env` entry. reference: its selector."""

    pod: PodTemplate
    variable: Node
    reference: Node
    ref: Ref
    key: str

    def __str__(self) -> str:
        """Whose it is, as reports write it."""
        return f"{self.pod.manifest} {self.variable.text('name')}"


def baked(world: World) -> Iterator[Baked]:
    """Every credential that some database takes from a Secret when its data is made."""
    return world.once(_baked)


def _baked(world: World) -> Iterator[Baked]:
    for pod in world.pod_templates:
        try:
            yield from _of(pod)
        except UnknownShape:
            # Said by the policy that reads every pod's references.
            continue


def _of(pod: PodTemplate) -> Iterator[Baked]:
    for container in pod.spec.items("containers"):
        for variable in container.items("env"):
            reference = variable.get("valueFrom", "secretKeyRef")
            if reference is not None and _BAKED.fullmatch((variable.text("name") or "").removesuffix("_FILE")) and _serves(container):
                name = reference.text("name") or ""
                ref = secret(pod.manifest.ref.namespace, name)
                yield Baked(pod=pod, variable=variable, reference=reference, ref=ref, key=reference.text("key") or "")


def _serves(container: Node) -> bool:
    """Whether a container is the database itself: it listens, or has a place for its data. A client has variables of such names, too."""
    return bool(container.items("ports")) and bool(container.items("volumeMounts"))
