"""Laws of the scheduled dump: its pods reach the server and nothing else, and a restore begins only by a person's hand."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given

from crema.generators import MySQLBackupSpec, MySQLSpec, SecretKeySpec
from tests.external import ROOT, start, system
from tests.generators.test_cron import required
from tests.generators.test_laws import built
from tests.strategies import mysql_backups, mysqls

_SPEC: dict[str, Any] = {"name": "db-backup", "image": "m:1", "server": "db", "database": "d", "user": "u", "storage": "1Gi"}
_SPEC |= {"password": SecretKeySpec(name="db", key="password"), "schedule": "17 3 * * *"}
_KEEP = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}


def _body(spec: Any, kind: str, name: str) -> dict[str, Any]:
    (found,) = [m.as_dict() for m in built(spec) if (m.kind, m.name) == (kind, name)]
    return found


def jobs(spec: MySQLBackupSpec) -> dict[str, dict[str, Any]]:
    """The spec of each Job's pods, by the name of the CronJob."""
    return {m.name: m.body["spec"]["jobTemplate"]["spec"]["template"] for m in built(spec) if m.kind == "CronJob"}


@given(mysql_backups)
@example(MySQLBackupSpec(**{**_SPEC, "name": "b" * 44}))
def test_a_dump_is_begun_by_the_clock_and_a_restore_by_a_person_alone(spec: MySQLBackupSpec) -> None:
    """The dump's CronJob has the spec's own name, which alerts know; the restore's is suspended, and its day never comes."""
    dump, restore = _body(spec, "CronJob", spec.name)["spec"], _body(spec, "CronJob", f"{spec.name}-restore")["spec"]
    assert (dump["schedule"], dump["suspend"], dump["startingDeadlineSeconds"]) == (spec.schedule, False, spec.start_within)
    assert restore["suspend"] is True
    assert required(restore["schedule"]) == "a schedule that comes round: no such month has that day"
    assert len(f"{spec.name}-restore") <= 52
    for each, deadline in ((dump, spec.dump_deadline), (restore, spec.restore_deadline)):
        assert (each["timeZone"], each["concurrencyPolicy"]) == ("Etc/UTC", "Forbid")
        assert each["jobTemplate"]["spec"]["activeDeadlineSeconds"] == deadline
        assert min(each["successfulJobsHistoryLimit"], each["failedJobsHistoryLimit"]) > 0
        assert each["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert dump["jobTemplate"]["spec"]["backoffLimit"] > 0
    assert restore["jobTemplate"]["spec"]["backoffLimit"] == 0


@given(mysql_backups)
def test_a_restore_that_waits_for_a_person_makes_no_app_look_unhealthy(spec: MySQLBackupSpec) -> None:
    """Argo CD calls a suspended CronJob Suspended; that of the dumps is judged by its last run."""
    ignored = {"argocd.argoproj.io/ignore-healthcheck": "true"}
    assert _body(spec, "CronJob", f"{spec.name}-restore")["metadata"].get("annotations") == ignored
    assert "annotations" not in _body(spec, "CronJob", spec.name)["metadata"]


@given(mysql_backups)
def test_every_pod_is_restricted_and_without_a_token(spec: MySQLBackupSpec) -> None:
    """What the namespace's level `restricted` demands, a read-only root, and no way to the API server."""
    assert _body(spec, "ServiceAccount", spec.name)["automountServiceAccountToken"] is False
    for template in jobs(spec).values():
        pod = template["spec"]
        assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == (spec.name, False)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert {pod["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")} == {999}
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert container["image"] == spec.image
        assert container["resources"] == {
            "requests": {"cpu": spec.resources.cpu, "memory": spec.resources.memory},
            "limits": {"memory": spec.resources.memory_limit},
        }


@given(mysql_backups)
def test_every_script_a_pod_starts_is_mounted_and_finds_its_directory(spec: MySQLBackupSpec) -> None:
    """The command is a file of the ConfigMap under its mount; what the variable names is the volume of the claim; /tmp is writable."""
    scripts = _body(spec, "ConfigMap", f"{spec.name}-scripts")["data"]
    for name, template in jobs(spec).items():
        pod = template["spec"]
        (container,) = pod["containers"]
        volumes = {v["name"]: v for v in pod["volumes"]}
        mounted = {m["mountPath"]: volumes[m["name"]] for m in container["volumeMounts"]}
        assert len(mounted) == len(volumes)
        shell, path = container["command"]
        assert (shell, PurePosixPath(path).name) == ("bash", "restore.sh" if name.endswith("-restore") else "backup.sh")
        assert PurePosixPath(path).name in scripts
        assert mounted[str(PurePosixPath(path).parent)]["configMap"] == {"name": f"{spec.name}-scripts"}
        variables = {v["name"]: v.get("value") for v in container["env"]}
        assert list(variables) == sorted(variables)
        assert mounted[str(variables["BACKUP_DIRECTORY"])]["persistentVolumeClaim"] == {"claimName": f"{spec.name}-dumps"}
        assert mounted["/tmp"]["emptyDir"] == {}


@given(mysql_backups)
def test_the_settings_reach_the_scripts_and_the_password_only_by_its_secret(spec: MySQLBackupSpec) -> None:
    """Every variable that a script reads without a default is set, and set to what the spec says."""
    read = set()
    for text in _body(spec, "ConfigMap", f"{spec.name}-scripts")["data"].values():
        read |= set(re.findall(r"\$\{?([A-Z][A-Z_]+)\b(?!:-)", text))
    for template in jobs(spec).values():
        (container,) = template["spec"]["containers"]
        values = {v["name"]: v.get("value") or tuple(v["valueFrom"]["secretKeyRef"].values()) for v in container["env"]}
        assert read - {"BACKUP"} <= set(values)
        assert values == {
            "BACKUP_DIRECTORY": "/backup",
            "DB_HOST": spec.server,
            "DB_NAME": spec.database,
            "DB_PORT": str(spec.port),
            "DB_USER": spec.user,
            "KEEP": str(spec.keep),
            "MYSQL_PWD": (spec.password.name, spec.password.key),
        }


@given(mysql_backups)
def test_the_dumps_outlive_everything_around_them(spec: MySQLBackupSpec) -> None:
    """Their claim is of the size and class it was given, and is never pruned."""
    claim = _body(spec, "PersistentVolumeClaim", f"{spec.name}-dumps")
    assert claim["metadata"]["annotations"] == _KEEP
    assert claim["spec"]["resources"]["requests"]["storage"] == spec.storage
    assert claim["spec"].get("storageClassName") == spec.storage_class


@given(mysql_backups, mysqls)
def test_the_pods_call_the_server_and_nobody_calls_them(spec: MySQLBackupSpec, server: MySQLSpec) -> None:
    """Their policy and the server's agree on the port; no Service of the server selects them."""
    app = spec.server_app or spec.server
    own = _body(spec, "NetworkPolicy", spec.name)["spec"]
    assert (own["policyTypes"], own.get("ingress")) == (["Ingress", "Egress"], None)
    assert own["egress"][1:] == [
        {"to": [{"podSelector": {"matchLabels": {"app": app}}}], "ports": [{"protocol": "TCP", "port": spec.port}]}
    ]
    admission = _body(spec, "NetworkPolicy", f"{spec.name}.calls.{app}")["spec"]
    assert admission["podSelector"]["matchLabels"] == {"app": app}
    assert admission["ingress"] == [
        {"from": [{"podSelector": {"matchLabels": {"app": spec.name}}}], "ports": [{"protocol": "TCP", "port": spec.port}]}
    ]
    for template in jobs(spec).values():
        labels = template["metadata"]["labels"]
        assert own["podSelector"]["matchLabels"].items() <= labels.items()
        for service in (m.body["spec"] for m in built(replace(server, name=app)) if m.kind == "Service"):
            assert not service["selector"].items() <= labels.items()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "b" * 45}, "name is 'bbb"),
        ({"name": "b" * 45}, "it must be at most 44 characters: -restore is added, and a CronJob's name has at most 52"),
        ({"database": "Sys"}, "database is 'Sys'; it must be a database other than the server's own, which no restore may drop"),
        ({"name": "db"}, "name is 'db'; it must be another name than the server's, whose Service would select these pods"),
        ({"server_app": "db-backup"}, "name is 'db-backup'; it must be another name than the server's"),
        ({"schedule": "17 3 * *"}, "schedule is '17 3 * *'; it must be a schedule of five fields"),
        ({"keep": 0}, "keep is 0; it must be a whole number from 1 to 1000"),
        ({"start_within": 59}, "start_within is 59; it must be a number of seconds from 60 to 604800"),
        ({"dump_deadline": 0}, "dump_deadline is 0; it must be a number of seconds from 60 to 604800"),
        ({"restore_deadline": "6h"}, "restore_deadline is '6h'; it must be a number of seconds from 60 to 604800"),
    ],
)
def test_each_rule_says_what_does_not_fit(changed: dict[str, Any], said: str) -> None:
    """One mistake for one wrong value."""
    (mistake,) = MySQLBackupSpec(**{**_SPEC, **changed}).mistakes()
    assert said in mistake.message


def test_what_only_just_fits_is_right() -> None:
    """The longest name, and the server's own name where its pods have another label."""
    for changed in ({}, {"name": "b" * 44}, {"name": "db", "server_app": "mysql"}, {"keep": 1, "start_within": 60}):
        assert MySQLBackupSpec(**{**_SPEC, **changed}).mistakes() == ()


def test_bash_reads_every_script() -> None:
    """A slip of the pen would come to light at night."""
    scripts = sorted((ROOT / "generators" / "mysql_scripts").iterdir())
    assert [s.name for s in scripts] == ["backup.sh", "dumps.sh", "restore.sh"]
    assert _body(MySQLBackupSpec(**_SPEC), "ConfigMap", "db-backup-scripts")["data"] == {
        s.name: s.read_text(encoding="utf-8") for s in scripts
    }
    for script in scripts:
        done = system("bash", "-n", script)
        assert (done.status, done.stderr) == (0, "")


def test_the_wheel_holds_the_scripts(tmp_path: Path) -> None:
    """Whoever installs crema from a package gets dumps as well."""
    source = tmp_path / "source"
    listed = system(
        "git",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "crema",
        "generators",
        "policies",
        "pyproject.toml",
        "README.md",
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_symlink():
                (source / name).symlink_to((ROOT / name).readlink())
            else:
                (source / name).write_bytes((ROOT / name).read_bytes())
    build = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
    done = start([ROOT / ".venv" / "bin" / "python", "-c", build, tmp_path], cwd=source)
    assert done.status == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert {n.rpartition("/")[2] for n in zipfile.ZipFile(wheel).namelist() if n.startswith("crema/generators/mysql_scripts/")} == {
        "backup.sh",
        "dumps.sh",
        "restore.sh",
    }
