"""`crema explain`: one policy, whole."""

import sys

import click

from crema.policies.engine.nearest import nearest
from crema.policies.engine.waivers import WaiversAreHonest
from crema.policies.report import pages
from crema.policies.report.report import CLEAN
from crema.project import open_project


@click.command()
@click.argument("rule", metavar="POLICY")
def explain(rule: str) -> None:
    """Say what a policy demands, why, how to mend what it finds, and show what it allows and denies.

    Exit codes: 0 explained, 2 there is no such policy.
    """
    project = open_project("explain", (), need_paths=False)
    every = {policy.id: policy for policy in (*project.policies.values(), WaiversAreHonest())}
    if rule not in every:
        raise click.UsageError(f"{rule}: there is no such policy{nearest(rule, every)}")
    click.echo(pages.page(every[rule]), nl=False)
    sys.exit(CLEAN)
