"""renovate.json: what it would update is exactly what is pinned here, found by other means than its regular expressions."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from charts import chart_repositories
from charts.environments import ENVIRONMENTS
from tests.external import ROOT, system
from tests.workflows.files import WORKFLOWS, read

CONFIGURATION = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
MANAGERS = {manager["description"].partition(":")[0].rstrip("."): manager for manager in CONFIGURATION["customManagers"]}
LISTED = system("git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.splitlines()
Pins = set[tuple[str, str, str | None]]


def matching(patterns: list[str]) -> list[str]:
    """The files of the repository that a manager reads: `/…/` is a regular expression, and nothing else is used here."""
    assert all(pattern.startswith("/") and pattern.endswith("/") for pattern in patterns)
    return [name for name in LISTED if any(re.search(pattern[1:-1], name) for pattern in patterns)]


def found(manager: str) -> Pins:
    """Name, version and digest of all that a custom manager finds."""
    body = MANAGERS[manager]
    pins: Pins = set()
    for name in matching(body["managerFilePatterns"]):
        text = (ROOT / name).read_text(encoding="utf-8")
        for expression in body["matchStrings"]:
            for match in re.finditer(expression.replace("(?<", "(?P<"), text):
                groups = match.groupdict()
                pins.add((groups["depName"], groups["currentValue"], groups.get("currentDigest")))
    return pins


def chart_calls() -> Iterator[tuple[str, str, str]]:
    """Chart, version and repository of every HelmChartSpec in charts/, by Python's own parser."""
    for file in (ROOT / "charts").glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "HelmChartSpec":
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                chart, version, repository = given["chart"], given["version"], given["repository"]
                assert isinstance(repository, ast.Name)
                yield ast.literal_eval(chart), ast.literal_eval(version), vars(chart_repositories)[repository.id]


def deployed_charts() -> set[tuple[str, str, str]]:
    """The same of every Application in dist/."""
    sources = [yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]["source"] for file in ROOT.glob("dist/*/_root/application-*.yaml")]
    return {(source["chart"], source["targetRevision"], source["repoURL"]) for source in sources if "chart" in source}


def images(value: Any) -> Iterator[str]:
    """Every `image` of a document, however deep."""
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key == "image" and isinstance(text, str))
        for each in value.values():
            yield from images(each)
    elif isinstance(value, list):
        for each in value:
            yield from images(each)


def split(image: str) -> tuple[str, str, str | None]:
    """Name, tag and digest."""
    name, _, digest = image.partition("@")
    name, _, tag = name.rpartition(":")
    return name, tag, digest or None


def test_every_helm_chart_is_found_with_its_repository() -> None:
    """As Python reads the charts, and as they are deployed; each is looked for where the chart takes it from."""
    calls = {*chart_calls()}
    assert {(chart, version, None) for chart, version, _ in calls} == found("Helm charts")
    assert deployed_charts() <= calls
    assert len(deployed_charts()) >= 6
    looked_up = {
        name: rule["registryUrls"] for rule in CONFIGURATION["packageRules"] if "registryUrls" in rule for name in rule["matchDepNames"]
    }
    assert looked_up == {chart: [repository] for chart, _, repository in calls}


def test_every_image_of_others_is_found() -> None:
    """Those in dist/, kind's node included, but not the services', which `crema image` moves."""
    registries = tuple(environment.registry for environment in ENVIRONMENTS)
    documents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in ROOT.glob("dist/**/*.yaml")]
    used = {image for document in documents for image in images(document) if not image.startswith(registries)}
    assert {split(image) for image in used} == found("Images that charts name")


def test_every_base_of_the_services_is_found() -> None:
    """Each line of the list."""
    lines = (ROOT / "services" / "bases.env").read_text(encoding="utf-8").splitlines()
    assert {split(line.partition("=")[2]) for line in lines if line and not line.startswith("#")} == found(
        "What the services' images are built on"
    )


def test_what_builds_them_is_found() -> None:
    """The image that the workflow gives to BuildKit, and it alone."""
    steps = [step for job in read(next(f for f in WORKFLOWS if f.stem == "images"))["jobs"].values() for step in job["steps"]]
    (options,) = [step["with"]["driver-opts"] for step in steps if "driver-opts" in step.get("with", {})]
    assert found("The BuildKit that builds them") == {split(options.removeprefix("image="))}


def test_the_actions_in_the_documentation_are_found() -> None:
    """Wherever a page says `uses:` with a hash, except this repository's own."""
    pages = [file for file in LISTED if re.fullmatch(r"README\.md|docs/[^/]+\.md", file)]
    words = [line.split() for file in pages for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if "uses: " in line]
    pinned = {(word.partition("@")[0], word.partition("@")[2]) for line in words for word in line if re.search(r"@[0-9a-f]{40}", word)}
    assert pinned
    owners = {("/".join(action.split("/")[:2]), pin) for action, pin in pinned}
    assert {(name, digest) for name, _, digest in found("Actions that the documentation tells people to pin")} == owners


def test_every_manager_is_tested_and_runs_in_linear_time() -> None:
    """Renovate's engine has neither look-around nor references back, and Python's would take them in silence."""
    assert len(MANAGERS) == len(CONFIGURATION["customManagers"]) == 5
    for name, manager in MANAGERS.items():
        assert found(name), name
        for expression in manager["matchStrings"]:
            assert not re.search(r"\(\?(?:<?[=!])|\\[1-9]|\\k<", expression), expression


def test_a_version_that_is_written_otherwise_is_seen_as_missing() -> None:
    """The canary: the comparison above fails for a chart whose version comes first."""
    (expression,) = MANAGERS["Helm charts"]["matchStrings"]
    pattern = expression.replace("(?<", "(?P<")
    assert re.search(pattern, 'chart="loki",\n            version="1.2.3",')
    assert not re.search(pattern, 'version="1.2.3", chart="loki"')


@pytest.mark.parametrize("category", tomllib.loads((ROOT / "Pipfile").read_text(encoding="utf-8")))
def test_every_python_package_has_an_exact_version(category: str) -> None:
    """Which is what Renovate raises; in every category of the Pipfile."""
    packages = tomllib.loads((ROOT / "Pipfile").read_text(encoding="utf-8"))[category]
    assert all(re.fullmatch(r"==[0-9][^,;\s]*", version) for version in packages.values())


def test_what_is_made_from_a_lock_is_left_to_make() -> None:
    """Renovate changes no lock that only our own command writes, and never the services' list."""
    assert CONFIGURATION["ignorePaths"] == ["services/requirements.txt"]
    left = {manager for rule in CONFIGURATION["packageRules"] if rule.get("skipArtifactsUpdate") for manager in rule["matchManagers"]}
    assert left == {"pipenv", "npm"}
    assert {*CONFIGURATION["enabledManagers"]} == {"pipenv", "gomod", "npm", "github-actions", "custom.regex"}


def test_rules_name_what_is_there() -> None:
    """A package or a folder that is gone would leave a rule that does nothing."""
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text(encoding="utf-8"))
    known = {name for packages in pipfile.values() for name in packages} | {name for manager in MANAGERS for name, _, _ in found(manager)}
    for rule in CONFIGURATION["packageRules"]:
        assert set(rule.get("matchDepNames", ())) <= known, rule
        for pattern in rule.get("matchFileNames", ()):
            assert pattern.endswith("/**")
            assert any(name.startswith(pattern[:-2]) for name in LISTED), rule
