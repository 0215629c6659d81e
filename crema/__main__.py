"""The command `crema`: one file per verb, loaded only when it is asked for."""

import importlib
import os
import sys

import click

from crema import __version__

_CRASHED = 4
_VERBS = {
    "check": "Prove what must hold of the manifests.",
    "image": "Say and move which image of each service runs.",
    "explain": "Say what a policy demands, why, and how to mend what it finds.",
    "map": "Draw the paths: from each URL to its pods, from each commit to its Applications.",
    "rules": "List the policies.",
    "services": "List the services that are built here.",
    "synth": "Publish what the charts say into dist/.",
    "waivers": "List, add and prune the recorded exceptions.",
    "where": "Say which line of Python made an object or a value.",
}


class _Verbs(click.Group):
    """Commands by the module that holds them: `crema --help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in alphabetical order."""
        del ctx
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the module `crema.<verb>`."""
        del ctx
        if cmd_name not in _VERBS:
            return None
        command = getattr(importlib.import_module(f"crema.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with a sentence each, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def crema() -> None:
    """Policy-tested GitOps configuration: charts in Python, manifests in git, proofs over the paths between them.

    Exit codes: 0 clean, 1 findings or differences, 2 usage or mistakes in the input, 3 too little was checked, 4 a policy crashed.
    """


def main() -> None:
    """The entry point of the command. A mistake of ours ends with exit 4 and its place: a traceback could quote a Secret's value."""
    try:
        crema(prog_name="crema")
    # The last boundary: whatever input made this happen, its text must not reach a log.
    except Exception as broken:
        if os.environ.get("CREMA_TRACEBACK"):
            raise
        trace = broken.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace is not None else "?"
        said = f" ({broken})" if isinstance(broken, ImportError) else ""
        why = f"{type(broken).__name__} at {where}{said}"
        click.echo(f"crema: {why}: a mistake in crema or its installation; CREMA_TRACEBACK=1 shows the whole of it", err=True)
        sys.exit(_CRASHED)


if __name__ == "__main__":
    main()
