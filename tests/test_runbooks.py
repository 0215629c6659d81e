"""Runbooks are true: their commands are shell, name what the charts make, and explain messages that the scripts print."""

import re
from collections.abc import Iterator

import cdk8s
import pytest

from charts.billing import BillingChart
from charts.environments import LOCAL
from charts.inventory import InventoryChart
from charts.mysql import MySQLChart
from charts.mysql_backup import MySQLBackupChart
from charts.order import OrderChart
from tests.external import ROOT, system

_RUNBOOK = (ROOT / "docs" / "runbooks" / "restore-mysql.md").read_text(encoding="utf-8")
_SCRIPTS = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "generators" / "mysql_scripts").glob("*.sh"))
_SERVICES = ("order", "inventory", "billing")


def blocks() -> list[str]:
    """The fenced blocks that hold commands; those that show output do not begin with one."""
    return [b for b in re.findall(r"^```\n(.*?)^```$", _RUNBOOK, re.MULTILINE | re.DOTALL) if b.startswith("kubectl ")]


def made() -> Iterator[tuple[str, str]]:
    """Kind and name of everything that the database's charts and the services' make, as kubectl spells them."""
    for chart in (MySQLChart, MySQLBackupChart, OrderChart, InventoryChart, BillingChart):
        for manifest in cdk8s.Testing.synth(chart(cdk8s.Testing.app(), LOCAL)):
            yield manifest["kind"].lower(), manifest["metadata"]["name"]


def test_every_block_of_commands_is_shell() -> None:
    """A quote too few would come to light at night."""
    assert len(blocks()) > 10
    for block in blocks():
        done = system("bash", "-n", stdin=block)
        assert (done.status, done.stderr) == (0, ""), block


def test_what_commands_name_is_what_the_charts_make() -> None:
    """CronJobs that Jobs are made from, the services that are stopped, the server; every other object is one the runbook makes."""
    there = set(made())
    named = set(re.findall(r"--from=(cronjob)/([a-z0-9-]+)", _RUNBOOK))
    assert named == {("cronjob", "mysql-backup"), ("cronjob", "mysql-backup-restore")}
    named |= {(kind, name) for kind, name in re.findall(r"-n shop rollout restart (\w+) ([a-z0-9-]+)", _RUNBOOK)}
    for names in re.findall(r"-n shop scale deployment ((?:[a-z]+ )+)--replicas", _RUNBOOK):
        assert tuple(names.split()) == _SERVICES
    named |= {("deployment", service) for service in _SERVICES}
    assert named - there == set()
    selected = {tuple(names.split(",")) for names in re.findall(r"-l 'app in \(([a-z,]+)\)'", _RUNBOOK)}
    assert selected == {_SERVICES}
    assert set(re.findall(r"-n argocd annotate application ((?:[a-z]+ )+)argocd", _RUNBOOK)) == {" ".join(_SERVICES) + " "}
    created, used = set(re.findall(r"create job ([a-z0-9-]+)", _RUNBOOK)), set(re.findall(r"job[/= ]([a-z]+-[0-9])\b", _RUNBOOK))
    assert used - created == set()
    assert set(re.findall(r"exec (?:-i )?([a-z0-9-]+) --", _RUNBOOK)) == {"mysql-0"}


def _messages() -> list[str]:
    table = _RUNBOOK[_RUNBOOK.index("| it says |") :].split("\n\n")[0].split("\n")[2:]
    said = [message for row in table for message in re.findall(r"`([^`]+)`", row.split("|")[1])]
    return [m for m in said if m not in {"Pending", "Failed", "error:"}]


@pytest.mark.parametrize("message", [*_messages(), "a restore has not ended well", "-before-restore", "restore-unfinished", "SAFETY_DUMP"])
def test_every_message_that_is_explained_is_one_the_scripts_print(message: str) -> None:
    """Whoever searches for what the log says finds it."""
    assert message in _SCRIPTS


def test_every_message_of_a_failed_restore_is_explained() -> None:
    """What a restore can end with is in the table, or says itself which dumps there are to choose from."""
    ends = re.findall(r'die(?:_listing)? "([^"]+)"', (ROOT / "generators" / "mysql_scripts" / "restore.sh").read_text(encoding="utf-8"))
    assert len(ends) > 8
    unexplained = [end for end in ends if not any(message in end for message in _messages())]
    assert [end for end in unexplained if not re.search(r"there is no dump|it must be the file name of a dump", end)] == ["$1"]
