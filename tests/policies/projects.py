"""Small projects on disk, and the command run in them, for tests of the verbs."""

from pathlib import Path

import click
from click.testing import CliRunner, Result

from crema.__main__ import crema
from tests.external import system

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: order, namespace: shop}\nspec: {ports: [{port: 80}]}\n"
BROKEN = SERVICE.replace("port: 80", 'port: "80"')
TWO_DEFAULTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: ours, namespace: monitoring, labels: {grafana_datasource: "1"}}
data:
  ours.yaml: |
    apiVersion: 1
    datasources:
    - {name: Prometheus, type: prometheus, isDefault: true}
    - {name: Loki, type: loki, isDefault: true}
"""
PROJECT = 'dist = "dist"\n'


def write(file: str, text: str) -> None:
    """Write a file below the working directory."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text, encoding="utf-8")


def run_crema(*arguments: str) -> Result:
    """Run the command as a person would, in this process. No verb ends in a traceback."""
    assert isinstance(crema, click.Command)
    done = CliRunner().invoke(crema, list(arguments), prog_name="crema")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def commit(message: str = "x") -> str:
    """Commit everything in the working directory, in a repository that is made when there is none. Gives the commit."""
    if not Path(".git").exists():
        assert system("git", "init", "-q", cwd=Path.cwd()).status == 0
    named = ("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", message)
    for arguments in (("add", "-A"), named):
        assert system("git", *arguments, cwd=Path.cwd()).status == 0
    return system("git", "rev-parse", "HEAD", cwd=Path.cwd()).stdout.strip()
