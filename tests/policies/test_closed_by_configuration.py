"""A whole environment of somebody else, closed by its configuration: not all that is in it is an object."""

from pathlib import Path

import pytest

from tests.policies.projects import run_crema, write

_CONFIGURATION = 'dist = "manifests"\n[environments.live]\npath = "manifests"\nworld = "closed"\n'
_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/live.git, targetRevision: main, path: manifests/overlays/live}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1", envFrom: [{configMapRef: {name: settings}}]}]
"""
_FILES = {
    "crema.toml": _CONFIGURATION,
    "manifests/apps/web.yaml": _APPLICATION,
    "manifests/overlays/live/kustomization.yaml": "namespace: web\nresources: [../../base, namespace.yaml]\n"
    "configMapGenerator: [{name: settings, literals: [MODE=live]}]\n",
    "manifests/overlays/live/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
    "manifests/base/kustomization.yaml": "resources: [web.yaml]\n",
    "manifests/base/web.yaml": _WEB,
    "manifests/values-live.yaml": "replicaCount: 2\n",
}


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a directory, right."""
    monkeypatch.chdir(tmp_path)
    for file, text in _FILES.items():
        write(file, text)


@pytest.mark.usefixtures("live")
def test_kustomizations_and_values_are_no_broken_manifests() -> None:
    """What an overlay lists is applied by whoever reads the overlay, and what its generators make is there."""
    done = run_crema("check")
    assert (done.exit_code, "0 findings" in done.output) == (0, True), done.output


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("manifests/base/web.yaml", "name: settings", "name: setting", "needs ConfigMap web/setting, and nothing makes it"),
        ("manifests/apps/web.yaml", "overlays/live", "overlays/prod", "there is no folder manifests/overlays/prod"),
        ("manifests/overlays/live/kustomization.yaml", "namespace.yaml", "spaces.yaml", "it lists spaces.yaml, which is not there"),
    ],
)
def test_what_is_broken_in_it_is_said(file: str, old: str, new: str, says: str) -> None:
    """A closed world is one whoever wrote it."""
    write(file, _FILES[file].replace(old, new))
    done = run_crema("check")
    assert done.exit_code in {1, 3}
    assert says in done.output
