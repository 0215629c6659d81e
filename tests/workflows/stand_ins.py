"""What the workflows of images need and only GitHub, AWS and Docker have, stood in for: artifacts, tokens, a registry, checkouts."""

import fnmatch
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.checkout import git
from tests.external import ROOT
from tests.workflows.files import workflow
from tests.workflows.runner import Runner, StepFails

REGISTRY = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
# A client that knows the images of one registry, which is a file of lines `IMAGE DIGEST`.
_DOCKER = """#!/bin/sh
[ "$1 $2 $3 $4 $5" = 'buildx imagetools inspect --format {{{{.Manifest.Digest}}}}' ] || exit 64
while read -r image digest; do [ "$image" != "$6" ] || {{ echo "$digest"; exit 0; }}; done <'{registry}'
echo "ERROR: $6: not found" >&2
exit 1
"""


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of images.yaml: what its jobs share, and what the actions of others were given.

    Args:
        directory: of its own. remote: the repository, on disk. commit: that it is about.
        broken: services that cannot be built. logged_in: the registry that the role is of. variables: of the repository.
        api: URL of GitHub's API. token: what the App's token is there. repository: whose run it is.

    """

    directory: Path
    remote: Path
    commit: str
    broken: frozenset[str] = frozenset()
    logged_in: str = REGISTRY
    variables: Mapping[str, str] = field(default_factory=dict)
    api: str = "http://127.0.0.1:9"
    token: str = "ghs_x"
    repository: str = "someone/platform"
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    given: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    machines: int = 0

    def job(self, name: str, **contexts: Any) -> tuple[str, dict[str, str], Runner]:
        """Run one of its jobs on a new machine: how it ended, its outputs and the machine."""
        images = workflow("images")
        return self.run(images["jobs"][name], images, **contexts)

    def run(self, job: Mapping[str, Any], whole: Mapping[Any, Any], **contexts: Any) -> tuple[str, dict[str, str], Runner]:
        """The same for a job of any workflow."""
        self.machines += 1
        machine = self.directory / f"machine-{self.machines}"
        machine.mkdir(parents=True)
        github = {
            "sha": self.commit,
            "ref": "refs/heads/main",
            "event_name": "push",
            "repository": self.repository,
            "run_id": "77",
            "server_url": "https://github.com",
            "api_url": self.api,
        }
        variables = {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/images", "APP_CLIENT_ID": "Iv1", "PUBLISH_MODE": ""}
        runner = Runner(
            temporary=machine,
            contexts={"github": github, "vars": {**variables, **self.variables}, "secrets": {"APP_PRIVATE_KEY": "-----KEY-----"}},
            stand_ins={
                "actions/checkout": lambda given: self._checkout(machine, given),
                "actions/setup-python": lambda given: self._note("python", given),
                "actions/upload-artifact": self._upload,
                "actions/download-artifact": self._download,
                "actions/create-github-app-token": lambda given: self._note("token", given) | {"token": self.token},
                "aws-actions/configure-aws-credentials": lambda given: self._note("aws", given),
                "aws-actions/amazon-ecr-login": lambda given: self._note("ecr", given) | {"registry": self.logged_in},
                "docker/setup-buildx-action": lambda given: self._note("buildx", given),
                "docker/build-push-action": self._build,
            },
            programs=self._programs(),
        )
        status, outputs = runner.job(job, workflow=whole, **contexts)
        return status, outputs, runner

    @property
    def registry(self) -> Path:
        """The images that were pushed."""
        return self.directory / "registry"

    def what(self, name: str) -> list[Mapping[str, str]]:
        """What each use of an action was given, in order."""
        return [given for called, given in self.given if called == name]

    def _note(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        self.given.append((name, given))
        return {}

    def _programs(self) -> Path:
        programs = self.directory / "programs"
        programs.mkdir(exist_ok=True)
        self.registry.touch()
        (programs / "docker").write_text(_DOCKER.format(registry=self.registry), encoding="utf-8")
        (programs / "docker").chmod(0o755)
        return programs

    def _checkout(self, machine: Path, given: Mapping[str, str]) -> dict[str, str]:
        """The remote's files with this machine's set-up done; what `tools/setup.sh` is asked for is written down."""
        assert given["persist-credentials"] == "false"
        target = machine / "workspace" / given.get("path", ".")
        git(machine, "clone", "-q", str(self.remote), str(target))
        git(target, "checkout", "-q", given.get("ref", self.commit))
        for name in (".venv", ".tools"):
            (target / name).symlink_to(ROOT / name)
        (target / "tools" / "setup.sh").write_text(f'echo "set-up: $@" >>{self.directory / "set-up"}\n', encoding="utf-8")
        return self._note("checkout", given)

    def _build(self, given: Mapping[str, str]) -> dict[str, str]:
        self._note("build", given)
        service = given["file"].split("/")[1]
        if service in self.broken:
            raise StepFails(f"{service} cannot be built")
        digest = f"sha256:{hashlib.sha256(given['tags'].encode()).hexdigest()}"
        with self.registry.open("a", encoding="utf-8") as pushed:
            pushed.write(f"{given['tags']} {digest}\n")
        return {"digest": digest}

    def _upload(self, given: Mapping[str, str]) -> dict[str, str]:
        """An artifact's name is taken once it is there, and a path that finds nothing is by default a warning alone."""
        files = [Path(line) for line in given["path"].split()]
        if given["name"] in self.artifacts and given.get("overwrite") != "true":
            raise StepFails(f"an artifact named {given['name']} is there already")
        if not files and given.get("if-no-files-found") == "error":
            raise StepFails("no files were found")
        self.artifacts[given["name"]] = {file.name: file.read_bytes() for file in files}
        return {}

    def _download(self, given: Mapping[str, str]) -> dict[str, str]:
        """Files of all artifacts in one directory; without any, not even that."""
        assert given["merge-multiple"] == "true"
        for name in fnmatch.filter(self.artifacts, given["pattern"]):
            Path(given["path"]).mkdir(exist_ok=True, parents=True)
            for file, content in self.artifacts[name].items():
                (Path(given["path"]) / file).write_bytes(content)
        return {}


def records(run: Run) -> dict[str, dict[str, str]]:
    """The records of builds that the run left, by service."""
    found = [json.loads(content) for files in run.artifacts.values() for content in files.values()]
    return {one["service"]: one for one in found}
