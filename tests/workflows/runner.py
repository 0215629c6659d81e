"""A small runner: the steps of a job or of an action, one after the other, as GitHub's runner takes them.

It runs what stands in `run:` by the shell that GitHub would take, hands over environment, outputs and the summary in the same files, and
goes into the actions of this repository. Actions of others are stood in for by functions that a test gives; one without is an error, as is
every expression that is not understood.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.external import start
from tests.workflows.expressions import as_text, filled, holds
from tests.workflows.files import own_action, read

Outputs = dict[str, Mapping[str, Any]]
StandIn = Callable[[Mapping[str, str]], Mapping[str, str]]
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
_SHELLS = {None: ("bash", "-e"), "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail")}


class StepFails(Exception):
    """A stand-in's action fails, as the real one would."""


@dataclass(slots=True, kw_only=True)
class Runner:
    """One machine with its work directory.

    Args:
        temporary: where the runner keeps its own files; the work directory of jobs is below it.
        contexts: github, vars, secrets, …, as far as expressions may ask for them.
        stand_ins: for actions of others, by their names without the version: what they put out for what they are given.
        programs: a directory of programs that come before those of this machine.

    """

    temporary: Path
    contexts: Mapping[str, Any]
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    programs: Path | None = None
    log: str = ""
    ran: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """Where a job works."""
        return self.temporary / "workspace"

    @property
    def summary(self) -> str:
        """What the job's steps wrote into its summary."""
        return (self.temporary / "summary.md").read_text(encoding="utf-8")

    def job(self, job: Mapping[str, Any], *, workflow: Mapping[Any, Any], **contexts: Any) -> tuple[str, dict[str, str]]:
        """Run a job: how it ended, success or failure, and its outputs. `contexts` are its own: matrix, needs."""
        self.workspace.mkdir(exist_ok=True, parents=True)
        (self.temporary / "summary.md").touch()
        seen = {**self.contexts, "runner": {"temp": str(self.temporary), "os": "Linux", "arch": "X64"}, **contexts, "env": {}}
        for level in (workflow, job):
            seen["env"] = {**seen["env"], **{name: filled(as_text(value), seen) for name, value in level.get("env", {}).items()}}
        status, outputs = self._steps(job["steps"], seen, {})
        found = {name: filled(text, {**seen, "steps": outputs}) for name, text in job.get("outputs", {}).items()}
        return status, found

    def _steps(
        self, steps: Sequence[Mapping[str, Any]], contexts: Mapping[str, Any], extra: Mapping[str, str]
    ) -> tuple[str, dict[str, Any]]:
        """Run steps: how they ended, and what each step with an id put out."""
        status = "success"
        done: Outputs = {}
        for step in steps:
            seen = {**contexts, "steps": done}
            outputs: Mapping[str, str] = {}
            outcome = "skipped"
            if holds(step.get("if"), seen, status):
                environment = {name: filled(as_text(value), seen, status) for name, value in step.get("env", {}).items()}
                seen["env"] = {**contexts["env"], **environment}
                self.ran.append(step["name"])
                try:
                    outputs = self._run(step, seen, extra) if "run" in step else self._use(step, seen)
                    outcome = "success"
                except StepFails as why:
                    self.log += f"{step['name']}: {why}\n"
                    status = outcome = "failure"
            if "id" in step:
                done[step["id"]] = {"outputs": dict(outputs), "outcome": outcome, "conclusion": outcome}
        return status, done

    def _use(self, step: Mapping[str, Any], contexts: Mapping[str, Any]) -> Mapping[str, str]:
        given = {name: filled(as_text(value), contexts) for name, value in step.get("with", {}).items()}
        action = own_action(step["uses"])
        if action is None:
            return self.stand_ins[step["uses"].partition("@")[0]](given)
        described = read(action)
        unknown = set(given) - set(described["inputs"])
        assert not unknown, f"{action} has no inputs {unknown}"
        inputs = dict(given)
        for name, one in described["inputs"].items():
            assert name in given or not one.get("required"), f"{action} needs {name}"
            inputs.setdefault(name, filled(as_text(one.get("default", "")), contexts))
        # An action sees neither the secrets nor the matrix of who uses it.
        own = {name: contexts[name] for name in ("github", "runner", "env")} | {"inputs": inputs}
        status, done = self._steps(described["runs"]["steps"], own, {"GITHUB_ACTION_PATH": str(action.parent)})
        if status != "success":
            raise StepFails(f"{step['uses']} failed")
        return {name: filled(one["value"], {**own, "steps": done}) for name, one in described.get("outputs", {}).items()}

    def _run(self, step: Mapping[str, Any], contexts: Mapping[str, Any], extra: Mapping[str, str]) -> Mapping[str, str]:
        script, output = self.temporary / "step.sh", self.temporary / "output"
        script.write_text(filled(step["run"], contexts), encoding="utf-8")
        output.write_text("", encoding="utf-8")
        path = [*([str(self.programs)] if self.programs else []), os.environ["PATH"]]
        environment = {
            **{name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ},
            "PATH": ":".join(path),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
            "RUNNER_TEMP": str(self.temporary),
            **{f"GITHUB_{name.upper()}": value for name, value in contexts["github"].items() if isinstance(value, str)},
            **extra,
            **contexts["env"],
        }
        directory = self.workspace / step.get("working-directory", ".")
        done = start([*_SHELLS[step.get("shell")], script], cwd=directory, env=environment)
        self.log += done.stdout + done.stderr
        if done.status != 0:
            raise StepFails(f"exit code {done.status}")
        return outputs_of(output.read_text(encoding="utf-8"))


def outputs_of(text: str) -> Mapping[str, str]:
    """What a step wrote into GITHUB_OUTPUT: `name=value` lines. Nothing here needs the form for values of several lines."""
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Za-z_][\w-]*)=(.*)", line)
        assert match, f"not an output: {line!r}"
        found[match[1]] = match[2]
    return found
