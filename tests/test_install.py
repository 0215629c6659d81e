"""crema in other repositories: installed as a wheel without cdk8s, beside their own `policies/`, as a pre-commit hook and as an action."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.external import ROOT, Completed, start, system

_PACKAGED = ("crema", "generators", "policies", "pyproject.toml", "README.md")
WHEELS = ROOT / ".tools" / "wheels" / "default"
BROKEN = "apiVersion: v1\nkind: Service\nmetadata: {name: order, namespace: shop}\nspec: {ports: [{port: '80'}]}\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a person gets who installs from this repository, made of what git would give them."""
    source = tmp_path_factory.mktemp("source")
    for name in filter(
        None, system("git", "ls-files", "-z", "crema", "generators", "policies", "pyproject.toml", "README.md").stdout.split("\0")
    ):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to((ROOT / name).readlink())
        else:
            target.write_bytes((ROOT / name).read_bytes())
    made = tmp_path_factory.mktemp("wheel")
    done = start([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", made, source])
    assert done.status == 0, done.stderr
    (file,) = made.glob("crema-*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with crema and what it needs, as `pipx install` makes one; its directory of programs."""
    home = tmp_path_factory.mktemp("pipx")
    assert start([sys.executable, "-m", "venv", home]).status == 0
    done = start([home / "bin" / "python", "-m", "pip", "install", "-q", "--no-index", "--find-links", WHEELS, wheel])
    assert done.status == 0, done.stderr
    return home / "bin"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Somebody's repository: manifests, and packages of its own called policies and generators, which must never be imported."""
    for package in ("policies", "generators", "crema_rules"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('somebody else\\'s package was imported')\n", encoding="utf-8")
    (tmp_path / "policies" / "deny.rego").write_text("package main\n", encoding="utf-8")
    (tmp_path / "clusters").mkdir()
    (tmp_path / "clusters" / "service.yaml").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "crema.toml").write_text('dist = "clusters"\n', encoding="utf-8")
    return tmp_path


def crema(installed: Path, *arguments: str, cwd: Path) -> Completed:
    """The installed command, with no Node and no Go on PATH."""
    return start([installed / "crema", *arguments], cwd=cwd, env={"PATH": str(installed), "PYTHONPATH": str(cwd)})


def test_the_wheel_holds_one_package_and_all_of_its_data(wheel: Path) -> None:
    """No top-level `policies` or `generators` comes into anybody's environment, and no schema is left behind."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {"crema"}
    data = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policies").rglob("*.json")}
    assert {f"crema/{name}" for name in data} <= set(names)


def test_the_checker_needs_no_cdk8s(installed: Path, foreign: Path) -> None:
    """`pipx install` gives the command with the policies that break things; synthesis says what it lacks."""
    assert start([installed / "python", "-c", "import cdk8s"]).status == 1
    done = crema(installed, "check", cwd=foreign)
    assert (done.status, done.stderr) == (1, "")
    assert "error[schema-manifest-is-valid]: spec.ports[0].port is" in done.stdout
    listed = json.loads(crema(installed, "rules", "--format", "json", cwd=foreign).stdout)
    assert {each["basis"] for each in listed if each["on"]} == {"breaks"}
    (foreign / "charts").mkdir()
    (foreign / "charts" / "environments.py").touch()
    assert "pip install 'crema[generators]'" in crema(installed, "synth", cwd=foreign).stderr


def test_the_extra_adds_the_constructs(wheel: Path) -> None:
    """`crema[generators]` asks for what charts import, and the checker alone for none of it."""
    metadata = zipfile.ZipFile(wheel).read(next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("/METADATA"))).decode()
    needed = [line.removeprefix("Requires-Dist: ") for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    extra = {line.split(">")[0].split("=")[0] for line in needed if 'extra == "generators"' in line}
    assert {"cdk8s", "constructs"} <= extra
    assert not {line.split(">")[0] for line in needed if "extra" not in line} & extra


def test_the_hook_runs_a_verb_that_exists(installed: Path, foreign: Path) -> None:
    """What .pre-commit-hooks.yaml names is the command, which judges all of a project whatever file changed."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["language"], hook["pass_filenames"], hook["require_serial"]) == ("python", False, True)
    program, *arguments = hook["entry"].split()
    assert program == "crema"
    assert crema(installed, *arguments, cwd=foreign).status == 1


def action(foreign: Path, wheel: Path, **inputs: str) -> tuple[Completed, dict[str, str], str]:
    """The action's script as a runner starts it: how it ended, its outputs, and the job summary."""
    runner = foreign.parent / "runner"
    runner.mkdir(exist_ok=True)
    folder = ROOT / ".github" / "actions" / "crema"
    files = {name: runner / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(runner),
        "GITHUB_ACTION_PATH": str(folder),
        "GITHUB_WORKSPACE": str(foreign),
        "GITHUB_ACTIONS": "true",
        "CREMA_INSTALL": f"--no-index --find-links {WHEELS} {wheel}",
        **{name: str(file) for name, file in files.items()},
        **{f"CREMA_{name.upper()}": value for name, value in inputs.items()},
    }
    for file in files.values():
        file.unlink(missing_ok=True)
    done = start([folder / "run.sh"], cwd=foreign, env=environment)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
    summary = files["GITHUB_STEP_SUMMARY"]
    return done, outputs, summary.read_text(encoding="utf-8") if summary.exists() else ""


def test_the_action_annotates_reports_and_ends_as_crema_does(foreign: Path, wheel: Path) -> None:
    """Annotations with file and line, a SARIF and a JSON file, the table in the summary, the exit code of crema."""
    done, outputs, summary = action(foreign, wheel)
    assert done.status == 1, done.stderr
    assert done.stdout.startswith("::error file=clusters/service.yaml,line=4,")
    assert outputs["exit-code"] == "1"
    assert json.loads(Path(outputs["json"]).read_text(encoding="utf-8"))["schema"] == "crema/v1"
    assert json.loads(Path(outputs["sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "schema-manifest-is-valid" in summary


def test_what_stands_in_an_input_is_never_part_of_a_script(foreign: Path, wheel: Path) -> None:
    """A path is a path and an option an option, whatever characters they hold."""
    hostile = "$(touch pwned); `touch pwned`\n--help\n-x"
    done, outputs, _ = action(foreign, wheel, paths=hostile)
    assert (done.status, outputs["exit-code"]) == (2, "2")
    assert not (foreign / "pwned").exists()
    assert "Usage: crema check" in done.stderr
    done, outputs, _ = action(foreign, wheel, paths="clusters\n", as_of="2026-11-24", fail_on="error", strict="true")
    assert outputs["exit-code"] == "1"


def test_every_input_of_the_action_reaches_the_script() -> None:
    """An input that nothing reads would be a setting without effect."""
    folder = ROOT / ".github" / "actions" / "crema"
    described = yaml.safe_load((folder / "action.yaml").read_text(encoding="utf-8"))
    script = (folder / "run.sh").read_text(encoding="utf-8")
    step = described["runs"]["steps"][-1]
    for name in set(described["inputs"]) - {"python-version"}:
        variable = f"CREMA_{name.upper().replace('-', '_')}"
        assert step["env"][variable] == f"${{{{ inputs.{name} }}}}"
        assert f"${{{variable}:-" in script
    for name, output in described["outputs"].items():
        assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f"{name}=" in script
    assert subprocess.run(["bash", "-n", str(folder / "run.sh")], check=False).returncode == 0
