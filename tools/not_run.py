"""A pytest plugin (``-p tools.not_run``): at the end of a run, say loudly which tests did not run, and why.

The law: "passed" never means "not run". With ``--not-run-notes=FILE`` the parts of one `make test` share a list, which
each part shows at its end; a part in which no test ran at all fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_ran: set[str] = set()
_skipped: dict[str, str] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file in which one run leaves its list for the next."""
    parser.addoption("--not-run-notes", type=Path, default=None, help="file that gathers the tests that did not run")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note each test's fate. An expected failure is a test that ran."""
    if report.skipped and "wasxfail" not in vars(report):
        _skipped[report.nodeid] = _reason(report.longrepr)
    elif report.when == "call":
        _ran.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A whole file can be skipped while it is collected."""
    if report.skipped:
        _skipped[report.nodeid] = _reason(report.longrepr)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run of nothing is not a success (pytest itself says so only when nothing was collected)."""
    if exitstatus == pytest.ExitCode.OK and not _ran and not session.config.option.collectonly:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List this run's skipped tests below those of the parts before it."""
    notes: Path | None = config.option.not_run_notes
    before = notes.read_text(encoding="utf-8").splitlines() if notes is not None and notes.exists() else []
    lines = [*before, *(f"{test}: {reason}" for test, reason in sorted(_skipped.items()))]
    if notes is not None:
        notes.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if lines:
        terminalreporter.section(f"NOT RUN: {len(lines)}", red=True, bold=True)
        for line in lines:
            terminalreporter.write_line(line)
    if not _ran and not config.option.collectonly:
        terminalreporter.section("NO TEST RAN", red=True, bold=True)


def _reason(representation: object) -> str:
    """The reason of a skip, which pytest keeps as (file, line, "Skipped: reason")."""
    text = str(representation[2] if isinstance(representation, tuple) else representation)
    return " ".join(text.removeprefix("Skipped: ").split())
