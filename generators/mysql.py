"""A single MySQL server whose data outlives everything around it.

The server runs as the image's own user (uid 999), so its entry point skips what needs root; the first start creates the database and an
application account from two Secrets that something else creates. https://hub.docker.com/_/mysql
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from constructs import Construct

from crema.generators import network_policy
from crema.generators.checks import Bytes, DnsName, Image, MySQLName, MySQLSize, ServiceName, Text, between
from crema.generators.manifest import LARGEST_CONFIG_MAP, Manifest
from crema.generators.namespace import KEEP
from crema.generators.network_policy import NetworkPoliciesSpec
from crema.generators.part import Part
from crema.generators.quantity import exceeds
from crema.generators.restricted import container_security, pod_security
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule
from crema.generators.volume_claim import claim
from crema.generators.web_service import ResourcesSpec

PORT = 3306
USER_ID = 999  # mysql, in the image
_LONGEST_NAME = 52
# A key of a ConfigMap, and a name the entry point knows.
_SQL_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,200}\.sql", re.ASCII)
OWN_DATABASES = frozenset({"mysql", "sys", "information_schema", "performance_schema"})
_INIT = "/docker-entrypoint-initdb.d"


@dataclass(frozen=True, slots=True, kw_only=True)
class MySQLSpec(Spec):
    """A MySQL server, one pod.

    Args:
        name: of its objects; clients connect to the Service of this name.
        image: with a tag or digest that stays.
        database: created at the first start.
        user: the application's account, with all rights on `database` alone; not root.
        password: the account's password. root_password: root's, who may only connect from inside the pod.
        storage: size of the volume. storage_class: its class; None takes the cluster's default.
        init_sql: files run once, in the order of their names, when the volume is empty; file name → SQL.
        resources: requests and limits.
        buffer_pool: InnoDB's memory; well below the memory limit.
        max_connections: more than all clients together open.

    """

    name: ServiceName
    image: Image
    database: MySQLName
    user: MySQLName
    password: SecretKeySpec
    root_password: SecretKeySpec
    storage: Bytes
    storage_class: DnsName | None = None
    init_sql: Mapping[Text, Text] = field(default_factory=dict)
    resources: ResourcesSpec = field(default_factory=lambda: ResourcesSpec(cpu="100m", memory="512Mi", memory_limit="768Mi"))
    buffer_pool: MySQLSize = "128M"
    max_connections: Annotated[int, between(1, 10000)] = 60

    @rule("name")
    def _short_name(self) -> Iterator[Mistake]:
        if len(self.name) > _LONGEST_NAME:
            yield self.mistake(
                "name", f"at most {_LONGEST_NAME} characters: a StatefulSet's pods carry it in a label, with a hash", self.name
            )

    @rule("database")
    def _no_database_of_the_server(self) -> Iterator[Mistake]:
        """The account gets all rights on its database: on one of these it could make itself root."""
        if self.database.lower() in OWN_DATABASES:
            yield self.mistake("database", "a database other than the server's own", self.database)

    @rule("buffer_pool", "resources")
    def _buffer_pool_fits(self) -> Iterator[Mistake]:
        """MySQL's K, M and G are powers of 1024; a server that fills its buffer pool must not be killed for it."""
        if exceeds(f"{self.buffer_pool}i", self.resources.memory_limit):
            yield self.mistake("buffer_pool", f"well below memory_limit, which is {self.resources.memory_limit!r}", self.buffer_pool)

    @rule("init_sql")
    def _fits_a_config_map(self) -> Iterator[Mistake]:
        """The API server refuses a larger one."""
        if sum(len(f"{name}{sql}".encode()) for name, sql in self.init_sql.items()) > LARGEST_CONFIG_MAP:
            yield self.mistake("init_sql", "at most 1 MiB, which is all a ConfigMap holds", sorted(self.init_sql))

    @rule("user")
    def _not_root(self) -> Iterator[Mistake]:
        if self.user == "root":
            yield self.mistake("user", "an account other than root: the image refuses it, and no service needs root", self.user)

    @rule("password", "root_password")
    def _two_passwords(self) -> Iterator[Mistake]:
        if (self.password.name, self.password.key) == (self.root_password.name, self.root_password.key):
            yield self.mistake("root_password", "another key than the application's password", self.root_password)

    @rule("init_sql")
    def _files_the_entry_point_runs(self) -> Iterator[Mistake]:
        for name in self.init_sql:
            if not _SQL_FILE.fullmatch(name):
                yield self.mistake("init_sql", "keyed by file names such as 1-tables.sql (the entry point runs nothing else)", name)


def build(spec: MySQLSpec) -> tuple[Manifest, ...]:
    """All manifests of the server; the same spec always gives the same ones."""
    policies = NetworkPoliciesSpec(name=spec.name, port=PORT)
    config = (_init_config(spec),) if spec.init_sql else ()
    return (
        _stateful_set(spec),
        *_services(spec),
        _claim(spec),
        *config,
        _service_account(spec),
        *network_policy.build(policies),
    )


def _manifest(spec: MySQLSpec, api_version: str, kind: str, suffix: str, body: Mapping[str, Any], *, keep: bool = False) -> Manifest:
    labels = {"app": spec.name, "app.kubernetes.io/name": spec.name, "app.kubernetes.io/managed-by": "crema"}
    name = spec.name + suffix
    return Manifest(api_version=api_version, kind=kind, name=name, labels=labels, annotations=KEEP if keep else {}, body=body)


def _services(spec: MySQLSpec) -> tuple[Manifest, ...]:
    selector, ports = {"app": spec.name}, [{"name": "mysql", "port": PORT, "targetPort": "mysql", "protocol": "TCP"}]
    client = {"spec": {"type": "ClusterIP", "selector": selector, "ports": ports}}
    # The StatefulSet's governing Service: it gives the pod its name, before it is ready too.
    headless = {"spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": selector, "ports": ports}}
    return _manifest(spec, "v1", "Service", "", client), _manifest(spec, "v1", "Service", "-headless", headless)


def _claim(spec: MySQLSpec) -> Manifest:
    # A claim of its own rather than a template of the StatefulSet: it stands in git, can be grown there, and is guarded by annotations.
    body = {"spec": claim(spec.storage, spec.storage_class)}
    return _manifest(spec, "v1", "PersistentVolumeClaim", "-data", body, keep=True)


def _init_config(spec: MySQLSpec) -> Manifest:
    return _manifest(spec, "v1", "ConfigMap", "-init", {"data": dict(spec.init_sql)})


def _service_account(spec: MySQLSpec) -> Manifest:
    return _manifest(spec, "v1", "ServiceAccount", "", {"automountServiceAccountToken": False})


def _stateful_set(spec: MySQLSpec) -> Manifest:
    volumes: list[dict[str, Any]] = [
        {"name": "data", "persistentVolumeClaim": {"claimName": f"{spec.name}-data"}},
        {"name": "run", "emptyDir": {}},
        {"name": "tmp", "emptyDir": {}},
    ]
    if spec.init_sql:
        volumes.append({"name": "init", "configMap": {"name": f"{spec.name}-init"}})
    pod = {
        "serviceAccountName": spec.name,
        "automountServiceAccountToken": False,
        # Changing the owner of every file at each start would make a large database slow to come back.
        "securityContext": {**pod_security(USER_ID), "fsGroupChangePolicy": "OnRootMismatch"},
        "containers": [_container(spec)],
        "volumes": volumes,
        # InnoDB writes its pages out before it stops; killing it earlier costs a recovery.
        "terminationGracePeriodSeconds": 120,
    }
    body = {
        "spec": {
            "replicas": 1,
            "serviceName": f"{spec.name}-headless",
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": {"app": spec.name}},
            "template": {"metadata": {"labels": {"app": spec.name, "app.kubernetes.io/name": spec.name}}, "spec": pod},
        }
    }
    return _manifest(spec, "apps/v1", "StatefulSet", "", body, keep=True)


def _container(spec: MySQLSpec) -> dict[str, Any]:
    # Over TCP: the temporary server of the first start has no network, and must not count as started.
    alive = {"exec": {"command": ["mysqladmin", "ping", "--host=127.0.0.1", f"--port={PORT}"]}}
    query = 'MYSQL_PWD="$MYSQL_PASSWORD" exec mysql --host=127.0.0.1 --user="$MYSQL_USER" --execute="SELECT 1" "$MYSQL_DATABASE"'
    mounts = [
        # A subdirectory, because a fresh ext4 volume holds `lost+found`, which MySQL would take for a database.
        {"name": "data", "mountPath": "/var/lib/mysql", "subPath": "mysql"},
        {"name": "run", "mountPath": "/var/run/mysqld"},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    if spec.init_sql:
        mounts.append({"name": "init", "mountPath": _INIT})
    return {
        "name": "mysql",
        "image": spec.image,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_0900_ai_ci",
            f"--innodb-buffer-pool-size={spec.buffer_pool}",
            f"--max-connections={spec.max_connections}",
            "--mysqlx=OFF",
        ],
        "env": [
            {"name": "MYSQL_DATABASE", "value": spec.database},
            {"name": "MYSQL_PASSWORD", "valueFrom": spec.password.variable()},
            {"name": "MYSQL_ROOT_HOST", "value": "localhost"},
            {"name": "MYSQL_ROOT_PASSWORD", "valueFrom": spec.root_password.variable()},
            {"name": "MYSQL_USER", "value": spec.user},
        ],
        "ports": [{"name": "mysql", "containerPort": PORT, "protocol": "TCP"}],
        "resources": spec.resources.body(),
        "startupProbe": {**alive, "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 60},
        "readinessProbe": {
            "exec": {"command": ["sh", "-c", query]},
            "periodSeconds": 5,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        },
        "livenessProbe": {**alive, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        "securityContext": container_security(),
        "volumeMounts": mounts,
    }


class MySQL(Part[MySQLSpec]):
    """A MySQL server in a chart."""

    def __init__(self, scope: Construct, id: str, spec: MySQLSpec) -> None:
        """Add the server's objects to `scope`."""
        super().__init__(scope, id, spec, build)
