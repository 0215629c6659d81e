"""`crema synth`: from charts to dist/."""

import sys
from pathlib import Path

import click

from crema.platform_root import platform_root

# What the extra `generators` brings; checking manifests needs none of it.
_EXTRA = frozenset({"cdk8s", "constructs", "grafana_foundation_sdk", "jsii", "promql_parser"})


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; fail naming each file that is stale, missing, foreign or edited by hand.",
)
@click.option("--env", "environment", metavar="E", help="One environment instead of all.")
def synth(*, check: bool, environment: str | None) -> None:
    """Publish what the charts say into dist/: all of it or nothing.

    Run it anywhere in a project, which is a directory with the package `charts`.
    """
    root = platform_root(Path.cwd())
    if root is None:
        raise click.UsageError("there is no directory charts/ with an environments.py here or above; run crema synth inside a project")
    try:
        from crema.generators.app import synthesise  # here, because it starts Node: --help and usage errors need none
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package not in _EXTRA:
            raise
        click.echo(f"error: the package {package} is not installed; synthesis needs the extra: pip install 'crema[generators]'", err=True)
        sys.exit(2)

    sys.exit(synthesise(root, only=environment, check=check))
