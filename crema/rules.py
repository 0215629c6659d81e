"""`crema rules`: which policies there are."""

import json
import sys

import click

from crema.policies.engine.waivers import WaiversAreHonest
from crema.policies.report import pages
from crema.policies.report.report import CLEAN
from crema.project import open_project


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="text, json, or the page of all policies."
)
def rules(form: str) -> None:
    """List the policies: severity, basis (breaks or house), whether they are on here, and what must hold.

    Exit codes: 0 listed, 2 wrong usage or configuration.
    """
    project = open_project("rules", (), need_paths=False)
    every = sorted((*project.policies.values(), WaiversAreHonest()), key=lambda policy: policy.id)
    on = {policy.id for policy in project.on} | {WaiversAreHonest.id}
    severities = {policy.id: project.settings.severities.get(policy.id, policy.severity) for policy in every}
    if form == "markdown":
        click.echo(pages.markdown(every), nl=False)
    elif form == "json":
        listed = [
            {
                "id": policy.id,
                "severity": severities[policy.id],
                "basis": policy.basis,
                "waivable": policy.waivable,
                "on": policy.id in on,
                "law": policy.section("law"),
            }
            for policy in every
        ]
        click.echo(json.dumps(listed, indent=2))
    else:
        wide = max(len(policy.id) for policy in every)
        for policy in every:
            state = "on" if policy.id in on else "off"
            click.echo(f"{policy.id:{wide}}  {severities[policy.id]:7}  {policy.basis:6}  {state:3}  {policy.section('law')}")
    sys.exit(CLEAN)
