"""The README is true: its commands are run, in order, in a copy of the checkout, and print what it says."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.external import ROOT, start, system

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COUNTED = re.compile(r"\b\d+ manifests\b")
# Run by something else, since it would run this test: the file that does it.
_ELSEWHERE = {"make test": ".ci/run"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the README and what it says the command prints; "…" stands for any lines."""

    line: str
    expected: tuple[str, ...]


def commands(text: str) -> list[Command]:
    """The commands of all `console` blocks in their order."""
    found: list[Command] = []
    for language, body in _BLOCK.findall(text):
        if language != "console":
            continue
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            line, *expected = part.rstrip("\n").split("\n")
            found.append(Command(line, tuple(expected)))
    return found


def printed_as_said(expected: tuple[str, ...], printed: str) -> bool:
    """Whether the output is what the README shows, with "…" for any number of lines; nothing shown asks for nothing.

    How many manifests there are is no claim of the README: a service more must not make it wrong.
    """
    if not expected:
        return True
    lines = (_COUNTED.sub("N manifests", line) for line in expected)
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n" for line in lines)
    return re.fullmatch(pattern, _COUNTED.sub("N manifests", printed)) is not None


def test_every_command_of_the_readme_does_what_it_says(clone: Path) -> None:
    """Each is run in the shell, in order, and the clone is as clean at the end as it was at the beginning."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = commands(text)
    assert len(found) >= 6
    for command in found:
        if command.line in _ELSEWHERE:
            assert command.line in (ROOT / _ELSEWHERE[command.line]).read_text(encoding="utf-8").splitlines()
            continue
        done = start(["sh", "-c", f"{command.line} 2>&1"], cwd=clone)
        # What prints nothing is an edit, and an edit that fails would make the next command lie.
        assert command.expected or done.status == 0, f"$ {command.line}\n{done.stdout}"
        assert printed_as_said(command.expected, done.stdout), f"$ {command.line}\n{done.stdout}"
    assert [line for line in system("git", "status", "--porcelain", cwd=clone).stdout.splitlines() if not line.endswith(".orig")] == []


def test_the_chart_of_the_readme_is_a_service_in_one_new_file_and_a_line_of_the_lock(clone: Path) -> None:
    """The Python block, saved under the name the README gives it, adds an app and its Application, and changes only facts."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (chart,) = [body for language, body in _BLOCK.findall(text) if language == "python"]
    (clone / "charts" / "loyalty.py").unlink(missing_ok=True)  # for whoever has followed the README
    start([ROOT / ".venv" / "bin" / "crema", "synth"], cwd=clone)
    before = {p: p.read_bytes() for p in (clone / "dist").rglob("*.yaml")}
    (clone / "charts" / "loyalty.py").write_text(chart, encoding="utf-8")
    crema = ROOT / ".venv" / "bin" / "crema"
    refused = start([crema, "synth"], cwd=clone)
    assert refused.status == 2
    for environment in ("local", "eks"):
        missing = f"error: charts/loyalty.py:15: loyalty has no image for {environment} in images.lock.yaml; run `crema image add loyalty`"
        assert missing in refused.stderr
    assert start([crema, "image", "add", "loyalty"], cwd=clone).status == 0
    done = start([crema, "synth"], cwd=clone)
    assert done.status == 0, done.stderr
    after = {p: p.read_bytes() for p in (clone / "dist").rglob("*.yaml")}
    changed = {p.relative_to(clone / "dist").as_posix() for p in before if after[p] != before[p]}
    assert changed == {f"{environment}/_bootstrap/facts.yaml" for environment in ("local", "eks")}
    new = {p.relative_to(clone / "dist").parts for p in after if p not in before}
    assert {parts[1] for parts in new} == {"loyalty", "_root"}
    assert {parts[2] for parts in new if parts[1] == "_root"} == {"application-loyalty.yaml"}
    assert start([ROOT / ".venv" / "bin" / "crema", "check"], cwd=clone).status == 0


@pytest.mark.parametrize(
    ("said", "printed", "true"),
    [(("a", "…"), "a\nb\n", True), (("a",), "a\nb\n", False), (("a", "…", "b"), "b\n", False)],
)
def test_a_readme_that_lies_is_found(said: tuple[str, ...], printed: str, true: bool) -> None:
    """The comparison can fail."""
    assert printed_as_said(said, printed) is true


def test_the_readme_names_every_path_that_is_proved_and_every_path_it_cites_exists() -> None:
    """A proof that nobody hears of is not used; a path that is gone misleads."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    proved = {file.parent.name for file in (ROOT / "policies" / "rules").glob("*/*.py")}
    table = text.partition("| path | from | to |")[2].partition("\n\n")[0]
    assert proved == set(re.findall(r"^\| `([a-z]+)` \|", table, flags=re.MULTILINE))
    for path in re.findall(r"`((?:charts|generators|policies|crema|tests|tools|bench|\.crema)/[\w./-]*)`", text):
        if path not in {"charts/loyalty.py", ".crema/", "crema/v1"}:
            assert (ROOT / path).exists(), path
