"""A scheduled dump of one MySQL database onto a volume of its own, and the Job that restores it.

The scripts stand in `mysql_scripts/` and reach the pods by a ConfigMap. A dump protects from a mistake in the data; it lies in the same
cluster as the database, so that it does not protect from the loss of that cluster.
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from constructs import Construct

from crema.generators import network_policy
from crema.generators.checks import Bytes, DnsLabel, DnsName, Image, MySQLName, Port, ServiceName, between
from crema.generators.cron import CronSchedule
from crema.generators.manifest import Manifest
from crema.generators.mysql import OWN_DATABASES, PORT, USER_ID
from crema.generators.namespace import KEEP
from crema.generators.network_policy import CallSpec, NetworkPoliciesSpec
from crema.generators.part import Part
from crema.generators.restricted import container_security, pod_security
from crema.generators.spec import Mistake, SecretKeySpec, Spec, rule
from crema.generators.volume_claim import claim
from crema.generators.web_service import ResourcesSpec

_RESTORE = "-restore"
# https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation: its Jobs' names are 11 characters longer.
_LONGEST_NAME = 52 - len(_RESTORE)
_DUMPS, _SCRIPTS = "/backup", "/scripts"
_TEXTS = {file.name: file.read_text(encoding="utf-8") for file in sorted((Path(__file__).parent / "mysql_scripts").glob("*.sh"))}
# A schedule is required, and the CronJob is suspended; were it ever resumed, this day does not come.
_NEVER = "0 0 31 2 *"
# The CronJob that a person makes restores from is suspended for good, which Argo CD would show as the whole app's health.
# https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
_HEALTH_IGNORED = {"argocd.argoproj.io/ignore-healthcheck": "true"}

Seconds = Annotated[int, between(60, 7 * 24 * 3600, "a number of seconds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MySQLBackupSpec(Spec):
    """Dumps of one database, made by a CronJob of this name; the suspended CronJob `<name>-restore` is what restores are made from.

    A restore is a Job of a person's: ``kubectl create job restore-1 --from=cronjob/<name>-restore`` (docs/runbooks/restore-mysql.md).

    Args:
        name: of its objects; its pods are labelled ``app: <name>``.
        image: of the server's own version, with mysqldump, mysql, bash and gzip.
        server: the server's Service. port: what that Service and the server's container listen on.
        server_app: the `app` label of the server's pods; None where it is `server`.
        database: what is dumped. user: an account with all rights on that database; it needs none on the server.
        password: the account's.
        schedule: when, in UTC.
        keep: how many dumps stay, the newest; as many of the safety dumps that restores make stay besides.
        storage: size of the volume: it holds `keep` + 1 dumps. storage_class: its class; None takes the cluster's default.
        resources: requests and limits of a dump or restore.
        start_within: seconds after its time within which a missed dump is still begun, as after a night in which the cluster was off.
        dump_deadline, restore_deadline: seconds after which a dump, with its retries, or a restore is stopped.

    """

    name: DnsLabel
    image: Image
    server: ServiceName
    port: Port = PORT
    server_app: DnsLabel | None = None
    database: MySQLName
    user: MySQLName
    password: SecretKeySpec
    schedule: CronSchedule
    keep: Annotated[int, between(1, 1000)] = 7
    storage: Bytes
    storage_class: DnsName | None = None
    resources: ResourcesSpec = field(default_factory=lambda: ResourcesSpec(cpu="50m", memory="64Mi", memory_limit="256Mi"))
    start_within: Seconds = 6 * 3600
    dump_deadline: Seconds = 3600
    restore_deadline: Seconds = 6 * 3600

    @rule("name")
    def _short_name(self) -> Iterator[Mistake]:
        if len(self.name) > _LONGEST_NAME:
            yield self.mistake(
                "name", f"at most {_LONGEST_NAME} characters: {_RESTORE} is added, and a CronJob's name has at most 52", self.name
            )

    @rule("database")
    def _no_database_of_the_server(self) -> Iterator[Mistake]:
        """A restore drops the database first."""
        if self.database.lower() in OWN_DATABASES:
            yield self.mistake("database", "a database other than the server's own, which no restore may drop", self.database)

    @rule("name", "server", "server_app")
    def _not_a_pod_of_the_server(self) -> Iterator[Mistake]:
        """The server's Service selects by the label `app`: it would send queries to a pod that makes a dump."""
        if self.name == (self.server_app or self.server):
            yield self.mistake("name", "another name than the server's, whose Service would select these pods", self.name)


def build(spec: MySQLBackupSpec) -> tuple[Manifest, ...]:
    """The volume, the scripts, the two CronJobs and what their pods need; the same spec always gives the same ones."""
    dump = {"schedule": spec.schedule, "startingDeadlineSeconds": spec.start_within, "suspend": False}
    dump |= _jobs(_pod(spec, "backup.sh"), spec.dump_deadline, retries=2)
    # A restore that failed is never begun again by itself: what it left must be looked at first.
    restore = {"schedule": _NEVER, "suspend": True, **_jobs(_pod(spec, "restore.sh"), spec.restore_deadline, retries=0)}
    call = CallSpec(app=spec.server_app or spec.server, port=spec.port)
    return (
        _manifest(spec, "CronJob", "", {"spec": dump}),
        _manifest(spec, "CronJob", _RESTORE, {"spec": restore}, _HEALTH_IGNORED),
        _manifest(spec, "PersistentVolumeClaim", "-dumps", {"spec": claim(spec.storage, spec.storage_class)}, KEEP),
        _manifest(spec, "ConfigMap", "-scripts", {"data": _TEXTS}),
        _manifest(spec, "ServiceAccount", "", {"automountServiceAccountToken": False}),
        *network_policy.build(NetworkPoliciesSpec(name=spec.name, port=spec.port, calls=(call,))),
    )


def _manifest(spec: MySQLBackupSpec, kind: str, suffix: str, body: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> Manifest:
    labels = {"app": spec.name, "app.kubernetes.io/name": spec.name, "app.kubernetes.io/managed-by": "crema"}
    api_version = "batch/v1" if kind == "CronJob" else "v1"
    return Manifest(api_version=api_version, kind=kind, name=spec.name + suffix, labels=labels, annotations=notes or {}, body=body)


def _jobs(pod: Mapping[str, Any], deadline: int, *, retries: int) -> dict[str, Any]:
    return {
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {"spec": {"backoffLimit": retries, "activeDeadlineSeconds": deadline, "template": pod}},
    }


def _pod(spec: MySQLBackupSpec, script: str) -> dict[str, Any]:
    pod = {
        # Each try is a pod of its own, so that the log of one that failed can still be read.
        "restartPolicy": "Never",
        "serviceAccountName": spec.name,
        "automountServiceAccountToken": False,
        "securityContext": {**pod_security(USER_ID), "fsGroupChangePolicy": "OnRootMismatch"},
        "containers": [_container(spec, script)],
        "volumes": [
            {"name": "dumps", "persistentVolumeClaim": {"claimName": f"{spec.name}-dumps"}},
            {"name": "scripts", "configMap": {"name": f"{spec.name}-scripts"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    return {"metadata": {"labels": {"app": spec.name, "app.kubernetes.io/name": spec.name}}, "spec": pod}


def _container(spec: MySQLBackupSpec, script: str) -> dict[str, Any]:
    return {
        "name": script.removesuffix(".sh"),
        "image": spec.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["bash", f"{_SCRIPTS}/{script}"],
        "env": [
            {"name": "BACKUP_DIRECTORY", "value": _DUMPS},
            {"name": "DB_HOST", "value": spec.server},
            {"name": "DB_NAME", "value": spec.database},
            {"name": "DB_PORT", "value": str(spec.port)},
            {"name": "DB_USER", "value": spec.user},
            {"name": "KEEP", "value": str(spec.keep)},
            # The clients read it by themselves. https://dev.mysql.com/doc/refman/8.4/en/environment-variables.html
            {"name": "MYSQL_PWD", "valueFrom": spec.password.variable()},
        ],
        "resources": spec.resources.body(),
        "securityContext": container_security(),
        "volumeMounts": [
            {"name": "dumps", "mountPath": _DUMPS},
            {"name": "scripts", "mountPath": _SCRIPTS, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }


class MySQLBackup(Part[MySQLBackupSpec]):
    """Scheduled dumps of a MySQL database in a chart."""

    def __init__(self, scope: Construct, id: str, spec: MySQLBackupSpec) -> None:
        """Add the backup's objects to `scope`."""
        super().__init__(scope, id, spec, build)
