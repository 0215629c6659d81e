"""The small runner does what GitHub's runner does, where tests lean on it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.expressions import Unsupported
from tests.workflows.runner import Runner, StepFails


def ran(directory: Path, text: str, **more: Any) -> tuple[str, dict[str, str], Runner]:
    """Run a job that is given as YAML."""
    runner = Runner(temporary=directory, contexts={"github": {"sha": "4" * 40}}, **more)
    return *runner.job(yaml.safe_load(text), workflow={"env": {"WHO": "workflow", "ALL": "workflow"}}), runner


def test_a_step_that_fails_ends_the_job_but_for_those_that_ask(tmp_path: Path) -> None:
    """What comes after it is skipped unless its condition asks how things went."""
    status, _, runner = ran(
        tmp_path,
        """
        steps:
          - {name: one, run: "exit 3"}
          - {name: two, run: echo}
          - {name: three, run: echo, if: failure()}
          - {name: four, run: echo, if: "${{ !cancelled() }}"}
        """,
    )
    assert (status, runner.ran) == ("failure", ["one", "three", "four"])


def test_outputs_go_from_step_to_step_and_out_of_the_job(tmp_path: Path) -> None:
    """A step that was skipped has none, and its outputs are empty text."""
    status, outputs, _ = ran(
        tmp_path,
        """
        outputs: {both: "${{ steps.a.outputs.x }}-${{ steps.b.outputs.x }}"}
        steps:
          - {id: a, name: a, run: 'echo "x=1 = 2" >>"$GITHUB_OUTPUT"'}
          - {id: b, name: b, run: echo, if: false}
        """,
    )
    assert (status, outputs) == ("success", {"both": "1 = 2-"})


def test_the_nearest_environment_counts_and_this_machines_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step before job before workflow; a variable of whoever runs the tests is not there."""
    monkeypatch.setenv("GITHUB_TOKEN", "mine")
    status, _, runner = ran(
        tmp_path,
        """
        env: {WHO: job}
        steps:
          - {name: a, run: 'echo "$WHO $ALL ${GITHUB_TOKEN-none} $GITHUB_SHA"', env: {WHO: step}}
          - {name: b, run: 'echo "$WHO"'}
        """,
    )
    assert (status, runner.log) == ("success", f"step workflow none {'4' * 40}\njob\n")


def test_a_pipe_hides_a_failure_only_without_an_explicit_shell(tmp_path: Path) -> None:
    """As documented: `bash -e` by default, and with pipefail where `shell: bash` is said."""
    assert ran(tmp_path / "a", "steps: [{name: a, run: 'false | cat'}]")[0] == "success"
    assert ran(tmp_path / "b", "steps: [{name: a, run: 'false | cat', shell: bash}]")[0] == "failure"


def test_an_action_that_fails_fails_its_step(tmp_path: Path) -> None:
    """Here: one of others, stood in for."""

    def fails(given: Any) -> dict[str, str]:
        raise StepFails(f"cannot {given['what']}")

    status, _, runner = ran(tmp_path, "steps: [{name: a, uses: o/a@v1, with: {what: work}}]", stand_ins={"o/a": fails})
    assert (status, runner.log) == ("failure", "a: cannot work\n")


def test_what_it_does_not_know_is_an_error(tmp_path: Path) -> None:
    """An action without a stand-in, an input that an action has not, a context that is not there, an output of several lines."""
    with pytest.raises(KeyError):
        ran(tmp_path, "steps: [{name: a, uses: o/a@v1}]")
    with pytest.raises(AssertionError, match="has no inputs"):
        ran(tmp_path, "steps: [{name: a, uses: $/.github/actions/record-build, with: {servise: x}}]")
    with pytest.raises(AssertionError, match="needs digest"):
        ran(tmp_path, "steps: [{name: a, uses: $/.github/actions/record-build, with: {service: x}}]")
    with pytest.raises(Unsupported):
        ran(tmp_path, "steps: [{name: a, run: 'echo ${{ secrets.KEY }}'}]")
    with pytest.raises(AssertionError, match="not an output"):
        ran(tmp_path, 'steps: [{name: a, run: \'echo "x<<E" >>"$GITHUB_OUTPUT"\'}]')
