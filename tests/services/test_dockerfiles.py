"""Dockerfiles as they are written: what a build without a Docker can be told beforehand."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker

from tests.external import start
from tests.services import cluster, images
from tests.services.images import CONTEXT, SERVICES, read, required, spelled

BACK_ENDS = [s for s in SERVICES if s != "frontend"]


def _bases() -> dict[str, str]:
    lines = (CONTEXT / "bases.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_the_services_are_those_of_the_platform() -> None:
    """Every image of the platform's own registry is built here, and nothing else is."""
    own = {
        container["image"].rsplit(":", 1)[1].rsplit("-", 1)[0]
        for m in cluster.manifests()
        if m["kind"] == "Deployment"
        for container in m["spec"]["template"]["spec"]["containers"]
        if ".dkr.ecr." in container["image"]
    }
    assert own == set(SERVICES)


def test_bases_are_pinned_by_digest_and_all_used() -> None:
    """A tag for people, a digest for the build; a base that nobody builds on would only be kept up to date."""
    for image in _bases().values():
        assert re.fullmatch(r"docker\.io/[a-z-]+/[a-z-]+:[0-9]+\.[0-9]+\.[0-9]+-[a-z]+@sha256:[0-9a-f]{64}", image)
    assert {arg for service in SERVICES for arg in read(service).args} == _bases().keys()


@pytest.mark.parametrize("service", SERVICES)
def test_a_build_without_the_list_of_bases_fails(service: str) -> None:
    """Every stage begins with an ARG that has no default, so that no other base is ever taken."""
    file = read(service)
    assert {stage.base for stage in file.stages} == {f"${{{arg}}}" for arg in file.args}
    assert not any("=" in arg for arg in file.args)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_copied_exists_and_is_owned_by_root(service: str) -> None:
    """Within the context and not ignored; a process may read what it is made of and not change it."""
    for stage in read(service).stages:
        for copy in (i for i in stage.instructions if i.keyword == "COPY"):
            assert copy.flags.keys() <= {"from"}
            *sources, target = copy.words
            assert target.startswith("/")
            for source in sources if not copy.flags else []:
                assert (CONTEXT / source).exists(), source
                assert not images.ignored(CONTEXT / source), source


@pytest.mark.parametrize("service", SERVICES)
def test_it_runs_as_its_deployment_says(service: str) -> None:
    """The same user by number, the same port, nothing installed in the last stage, and no shell in between."""
    image = read(service).image
    security = cluster.find("Deployment", service)["spec"]["template"]["spec"]["securityContext"]
    assert image.words("USER") == (f"{security['runAsUser']}:{security['runAsGroup']}",)
    assert image.words("EXPOSE") == (str(cluster.container_port(service)),)
    keywords = [i.keyword for i in image.instructions]
    assert set(keywords) <= {"COPY", "ENV", "WORKDIR", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT"}
    assert keywords.index("USER") > max(n for n, k in enumerate(keywords) if k == "COPY")
    assert keywords.count("ENTRYPOINT") == keywords.count("USER") == 1
    for stage in read(service).stages:
        assert all(i.exec_form for i in stage.instructions if i.keyword in ("RUN", "ENTRYPOINT"))
    # Probes ask over the network and preStop sleeps by itself: nothing in the pod needs a program of the image but its own.
    container = cluster.container(service)
    assert "exec" not in str({k: v for k, v in container.items() if k.endswith("Probe") or k == "lifecycle"})


@pytest.mark.parametrize("service", BACK_ENDS)
def test_packages_are_installed_by_hash_and_nothing_else_is(service: str) -> None:
    """No resolving, no building from source, no bytecode with a time in it; the cache of layers is keyed by the list alone."""
    packages, image = read(service).stages
    pip, compiled = (i.words for i in packages.instructions if i.keyword == "RUN")
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile", "--no-cache-dir"} <= set(pip)
    assert "--requirement=/requirements.txt" in pip
    assert [i.words for i in packages.instructions if i.keyword == "COPY"] == [("requirements.txt", "/requirements.txt")]
    assert compiled[4:6] == ("--invalidation-mode", "unchecked-hash")
    assert "PYTHONDONTWRITEBYTECODE=1" in image.words("ENV")


def test_the_list_of_packages_is_whole_for_the_python_of_the_image() -> None:
    """Every requirement of each of them, under the markers of the image's version, is in the list; every marker there holds."""
    version = ".".join(_bases()["PYTHON"].split(":")[1].split("-")[0].split(".")[:2])
    there = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
    }
    lines = [line for line in (CONTEXT / "requirements.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    listed = {line.split("==")[0] for line in lines}
    for line in lines:
        marker = line.split(" --hash")[0].partition(" ; ")[2]
        assert not marker or Marker(marker).evaluate(there), line[:80]
        assert "--hash=sha256:" in line
    missing = {
        (name, needed)
        for name in listed
        for needed, marker in required(name)
        if (not marker or Marker(marker).evaluate({**there, "extra": ""})) and needed not in listed
    }
    assert missing == set()


def test_what_the_services_import_is_in_the_list_or_their_own() -> None:
    """Absolute imports of the standard library, of packages that are installed in the image, and of what it copies."""
    listed = {line.split("==")[0] for line in (CONTEXT / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    owners = packages_distributions()
    for file in CONTEXT.rglob("*.py"):
        package = file.relative_to(CONTEXT).parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                if top == "services":
                    assert name == "services.back_end" or name.split(".")[1] in ("back_end", package), f"{file}: {name}"
                elif top not in sys.stdlib_module_names:
                    assert {spelled(o) for o in owners[top]} & listed, f"{file}: {name}"


def test_compiled_code_is_the_same_each_time(tmp_path: Path) -> None:
    """By the command of the Dockerfile: nothing of when or how often it was compiled is in it."""
    options = ["-q", "--invalidation-mode", "unchecked-hash"]
    assert [str(w) for w in read("order").stages[0].words("RUN")[2:6]] == ["compileall", *options]
    found = []
    for name in ("one", "two"):
        shutil.copytree(CONTEXT / "back_end", tmp_path / name / "packages", ignore=shutil.ignore_patterns("__pycache__"))
        done = start([images.python(), "-m", "compileall", *options, "packages"], cwd=tmp_path / name)
        assert done.status == 0, done.stdout
        found.append({f.name: f.read_bytes() for f in (tmp_path / name).rglob("*.pyc")})
        (tmp_path / name / "packages" / "logs.py").touch()
    assert found[0]
    assert found[0] == found[1]
