"""A small platform of its own, with crema installed beside it as other people have it: two services, one environment more than needed."""

import json
from pathlib import Path

from tests.checkout import committed, git
from tests.external import ROOT, start
from tests.pipeline.publishers import Clone

_ENVIRONMENTS = """
from dataclasses import dataclass
from pathlib import Path

from crema.generators import EnvironmentSpec
from crema.generators.image_lock import locked_image


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(EnvironmentSpec):
    registry: str = "registry.example.com"

    def image(self, service: str) -> str:
        return locked_image(Path(__file__).parent / "images.lock.yaml", self.name, service).reference(self.registry)


ENVIRONMENTS = (Environment(name="local"), Environment(name="eks"))
"""
_CHART = """
import cdk8s

from crema.generators import WebService, WebServiceSpec


class {cls}Chart(cdk8s.Chart):
    def __init__(self, scope, environment):
        super().__init__(scope, "{name}", namespace="shop")
        spec = WebServiceSpec(name="{name}", image=environment.image("{name}"), port=8000, health="/health")
        WebService(self, "{name}", spec)
"""
_ENTRY = '  {name}:\n    repository: {name}\n    tag: "{name}-0"\n    digest: null\n    source_sha: null\n    run: null\n'
FILES = {
    ".gitignore": "/.crema/\n__pycache__/\n",
    "pyproject.toml": '[tool.crema]\ndist = "dist"\n',
    "charts/__init__.py": "",
    "charts/environments.py": _ENVIRONMENTS.lstrip(),
    "charts/order.py": _CHART.format(cls="Order", name="order").lstrip(),
    "charts/tea.py": _CHART.format(cls="Tea", name="tea").lstrip(),
    "charts/images.lock.yaml": "\n".join(
        f"{environment}:\n" + "\n".join(_ENTRY.format(name=name) for name in ("order", "tea")) for environment in ("eks", "local")
    ),
}


def small_remote(directory: Path, below: str = "") -> Path:
    """A bare remote whose main has this platform, synthesised; `below` is a directory of the repository that it is in."""
    source, remote = directory / "source", directory / "remote.git"
    for name, text in FILES.items():
        file = source / below / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    done = start([ROOT / ".venv" / "bin" / "crema", "synth"], cwd=source / below)
    assert done.status == 0, done.stderr
    git(source, "init", "-q", "-b", "main")
    committed(source, "a small platform")
    git(directory, "clone", "-q", "--bare", str(source), str(remote))
    return remote


def pushed(remote: Path, place: Path, files: dict[str, str], message: str = "somebody's change") -> str:
    """Somebody pushes files to main from a clone at `place`; the commit."""
    if not place.exists():
        git(place.parent, "clone", "-q", str(remote), str(place))
    git(place, "pull", "-q")
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    committed(place, message)
    git(place, "push", "-q", "origin", "HEAD:main")
    return git(place, "rev-parse", "HEAD").strip()


def image_in(remote: Path, service: str, environment: str = "local", branch: str = "main") -> str:
    """What a service's manifest names on a branch."""
    text = git(remote, "show", f"{branch}:dist/{environment}/{service}/deployment-{service}.yaml")
    (line,) = [line for line in text.splitlines() if " image: " in line]
    return line.partition("image: ")[2].strip('"').partition("/")[2]


def images(clone: Clone, value: object) -> str:
    """A file with what a build left."""
    file = clone.root.parent / "builds.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(file)
