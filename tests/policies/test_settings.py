"""A configuration is read whole or refused whole, and every mistake in it is said with its file and the nearest right name."""

from pathlib import Path

import pytest

from crema.policies.engine.discover import Catalog
from crema.policies.engine.settings import Settings, WrongSettings, find_settings

POLICIES = Catalog()
PYPROJECT = "[project]\nname = 'x'\n[tool.crema]\n"


def settings(text: str, file: str = "crema.toml", *, start: str = ".") -> Settings:
    """The settings found from a directory upwards, with one file of configuration at the top."""
    Path(file).write_text(text, encoding="utf-8")
    Path(start).mkdir(parents=True, exist_ok=True)
    return find_settings(Path(start).absolute(), POLICIES)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_key_is_read() -> None:
    """What stands in the file is what the run gets; an environment inherits what it does not say itself."""
    found = settings("""
        directories = ["clusters", "shared"]
        house = true
        kubernetes = "1.36"
        fail_on = "error"
        strict = true
        waivers = "exceptions.yaml"
        repository = [".github"]
        [environments.live]
        path = "clusters/live"
        world = "closed"
        expect = { manifests = 3, traffic-no-rewrite-on-api-routes = 2 }
        facts = { services = { "shop/order" = { port = 8000, serves = "/api" } } }
        [environments.test]
        [severities]
        schema-manifest-is-valid = "warning"
        [parameters.alerting-alert-severities]
        severities = ["page", "ticket"]
        [facts.storage_classes.gp3]
        default = true
        expandable = true
    """)
    here = Path.cwd()
    live, test = found.environments
    assert (found.directories, found.house, found.fail_on, found.strict) == ((here / "clusters", here / "shared"), True, "error", True)
    assert (found.waivers, found.repository, found.file) == (here / "exceptions.yaml", (here / ".github",), "crema.toml")
    assert (live.name, live.path, live.closed, sorted(live.facts)) == (
        "live",
        here / "clusters/live",
        True,
        ["services", "storage_classes"],
    )
    assert (test.path, test.closed, sorted(test.facts)) == (here / "clusters/test", None, ["storage_classes"])
    assert found.expect == {"live": {"manifests": 3, "traffic-no-rewrite-on-api-routes": 2}, "test": {"manifests": 1}}
    assert found.severities == {"schema-manifest-is-valid": "warning"}
    assert found.parameters == {"alerting-alert-severities": {"severities": ["page", "ticket"]}}


@pytest.mark.parametrize(("file", "text"), [("crema.toml", "house = true"), ("pyproject.toml", PYPROJECT + "house = true")])
def test_the_nearest_file_upwards_counts(file: str, text: str) -> None:
    """Either file will do, from anywhere below it; a pyproject.toml without [tool.crema] is passed by."""
    Path("a/b").mkdir(parents=True)
    Path("a/pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert settings(text, file, start="a/b").house is True


def test_without_a_file_there_are_defaults() -> None:
    """Nothing configured is nothing invented: no directory, no house policies, open worlds."""
    found = find_settings(Path.cwd(), POLICIES)
    assert (found.directories, found.house, found.environments, found.waivers, found.repository) == ((), False, (), None, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("houses = true", "houses is not a key of this configuration; did you mean house?"),
        ('house = "yes"', 'house is "yes", text; a boolean is required'),
        ('fail_on = "info"', 'fail_on is "info"; one of error, warning is required'),
        ('dist = "a"\ndirectories = ["b"]', "dist and directories say the same; keep one of them"),
        ('kubernetes = "1.12"', 'kubernetes is "1.12"; there are schemas for 1.36'),
        ('[environments.a]\nkubernetes = "1.99"', 'environments.a.kubernetes is "1.99"; there are schemas for 1.36'),
        ('[environments.a]\nworld = "shut"', 'environments.a.world is "shut"; one of closed, open is required'),
        ("[environments.a.expect]\nmanifest = 3", "environments.a.expect names manifest, which is no policy; did you mean manifests?"),
        ("[environments.a.expect]\nmanifests = -1", "environments.a.expect.manifests is -1; at least 0 is required"),
        (
            '[severities]\nschema-manifest-is-vald = "info"',
            "severities names schema-manifest-is-vald, which is no policy; did you mean schema-manifest-is-valid?",
        ),
        (
            '[severities]\ntelemetry-exactly-one-default-datasource = "info"',
            "severities lowers telemetry-exactly-one-default-datasource to info; nobody may waive it, so its severity is fixed",
        ),
        (
            "[parameters.alerting-alert-severities]\nwords = []",
            "parameters.alerting-alert-severities has words, which is no parameter of that policy; it has severities",
        ),
        (
            "[parameters.schema-manifest-is-valid]\nx = 1",
            "parameters.schema-manifest-is-valid has x, which is no parameter of that policy; it has none",
        ),
        (
            "[parameters.alerting-alert-severities]\nseverities = [1]",
            "parameters.alerting-alert-severities.severities[0] is 1, a number; text is required: put it in quotes",
        ),
        ("[parameters.nothing]\nx = 1", "parameters names nothing, which is no policy"),
        ("[facts.servces]\nx = 1", "facts.servces is not a fact; did you mean services?"),
        (
            '[environments.a.facts.services."shop/order"]\nport = "80"\nserves = "/"',
            'environments.a.facts.services["shop/order"].port is "80", text; an integer is required',
        ),
        (
            '[environments.repository]\nworld = "open"',
            "environments.repository has only expect; what it reads is said by the key repository",
        ),
        ("house = ]", "Invalid value (at line 1, column 9)"),
    ],
)
def test_a_mistake_is_named_with_its_file(text: str, says: str) -> None:
    """Unknown keys, wrong types and unknown names are errors, never ignored."""
    with pytest.raises(WrongSettings) as wrong:
        settings(text)
    assert wrong.value.messages[0].startswith(f"{Path.cwd() / 'crema.toml'}: {says}")


def test_all_mistakes_are_said_at_once() -> None:
    """Whoever mends a configuration sees everything that is wrong with it."""
    with pytest.raises(WrongSettings) as wrong:
        settings('houses = true\nfail_on = "never"\nstrict = 1\n')
    assert len(wrong.value.messages) == 3


def test_two_configurations_side_by_side_are_refused() -> None:
    """Which one counts would be a guess."""
    Path("pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    with pytest.raises(WrongSettings, match=r"has \[tool.crema\] too; keep one of them"):
        settings("house = true")
