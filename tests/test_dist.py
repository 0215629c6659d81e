"""The committed dist/ is what the charts say, and holds what the policies demand."""

import os
from pathlib import Path

import pytest
import yaml

from tests.external import ROOT, Completed, program, start

_CREMA = ROOT / ".venv" / "bin" / "crema"


def crema(root: Path, *arguments: str) -> Completed:
    """Run the command in a checkout."""
    return start([_CREMA, *arguments], cwd=root)


def test_dist_is_what_the_charts_say() -> None:
    """Not one byte of dist/ differs from a fresh render; a stale, missing, foreign or hand-edited file is named."""
    done = crema(ROOT, "synth", "--check")
    assert done.status == 0, done.stderr


def test_the_policies_hold_for_dist() -> None:
    """No finding in the committed bytes."""
    done = crema(ROOT, "check")
    assert done.status == 0, done.stdout + done.stderr


def test_the_policies_hold_for_what_the_charts_say_now(clone: Path) -> None:
    """No finding in a fresh render: a mistake in charts/ is named before anybody publishes it."""
    assert crema(clone, "synth").status == 0
    done = crema(clone, "check")
    assert done.status == 0, done.stdout + done.stderr


@pytest.mark.parametrize("where", [0, 3, -2])
def test_a_line_edited_by_hand_is_named(clone: Path, where: int) -> None:
    """In the header, at the top and at the end of a file, in every environment."""
    for environment in sorted(p.name for p in (clone / "dist").iterdir()):
        file = clone / "dist" / environment / "order" / "service-order.yaml"
        lines = file.read_text(encoding="utf-8").split("\n")
        lines[where] += " "
        file.write_text("\n".join(lines), encoding="utf-8")
        done = crema(clone, "synth", "--check")
        line = where % len(lines) + 1
        assert (done.status, f"error: dist/{environment}/order/service-order.yaml:{line}: edited by hand" in done.stderr) == (1, True)


@pytest.mark.engine
def test_cdk8s_synth_gives_the_same_bytes(clone: Path) -> None:
    """The cdk8s command line, from nothing and over what is there, writes dist/ as `crema synth` does."""
    committed = {p.relative_to(clone): p.read_bytes() for p in (clone / "dist").rglob("*.yaml")}
    for file in committed:
        (clone / file).unlink()
    program("cdk8s")
    for _ in range(2):
        done = start([clone / ".tools" / "bin" / "cdk8s", "synth"], cwd=clone, env={**os.environ, "HOME": str(clone / "home")})
        assert done.status == 0, done.stdout + done.stderr
        assert {p.relative_to(clone): p.read_bytes() for p in (clone / "dist").rglob("*") if p.is_file()} == committed


# What exists because a laptop has no load balancer and no AWS account, and because EKS has both.
_ONLY_LOCAL = {
    "_bootstrap/kind.yaml",
    "_root/application-ingress-nginx.yaml",
    "namespaces/namespace-ingress-nginx.yaml",
    "secrets/ecrauthorizationtoken-ecr-credentials.yaml",
    "secrets/externalsecret-ecr-credentials.yaml",
    *(f"secrets/password-{name}.yaml" for name in ("grafana-admin", "mysql-root", "mysql-secret")),
}
_ONLY_EKS = {
    "secrets/externalsecret-alertmanager-slack-creds.yaml",
    *(f"secrets/{kind}-aws-{namespace}.yaml" for kind in ("secretstore", "serviceaccount") for namespace in ("monitoring", "shop")),
}


def test_both_environments_run_the_same_services() -> None:
    """One set of definitions with two settings: the same apps and the same objects, but for what the places themselves differ in."""

    def objects(environment: str) -> set[str]:
        return {p.relative_to(ROOT / "dist" / environment).as_posix() for p in (ROOT / "dist" / environment).rglob("*.yaml")}

    assert objects("local") - objects("eks") == _ONLY_LOCAL
    assert objects("eks") - objects("local") == _ONLY_EKS


def test_the_frontend_is_a_node_port_locally_and_none_on_eks() -> None:
    """On a laptop a person may skip the ingress; on EKS the load balancer reaches pods directly."""
    services = {
        name: yaml.safe_load((ROOT / "dist" / name / "frontend" / "service-frontend.yaml").read_text(encoding="utf-8"))["spec"]
        for name in ("local", "eks")
    }
    assert (services["local"]["type"], services["local"]["ports"][0]["nodePort"]) == ("NodePort", 30080)
    assert (services["eks"]["type"], "nodePort" in services["eks"]["ports"][0]) == ("ClusterIP", False)


def test_dist_holds_no_secret() -> None:
    """Secrets are referred to by name; something else creates them."""
    bodies = [yaml.safe_load(p.read_text(encoding="utf-8")) for p in (ROOT / "dist").rglob("*.yaml")]
    assert bodies
    assert [b["metadata"]["name"] for b in bodies if b.get("kind") == "Secret"] == []
