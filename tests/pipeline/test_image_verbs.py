"""`crema image` as a person runs it: what it says, what it writes, and that it writes nothing when something is wrong."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from crema.__main__ import crema
from crema.generators.lock_text import Lock, read_lock
from crema.pipeline.place import Changes, Place
from tests.checkout import committed, git
from tests.external import Completed, start
from tests.generators.test_lock_text import flat

_DIGEST = "sha256:" + "a" * 64
_LOCK = f"""# The lock.
eks:
  order:
    repository: coffee_machine
    tag: "order-0"
    digest: "{_DIGEST}"
    source_sha: null
    run: null

  tea:
    repository: coffee_machine
    tag: "tea-placeholder"
    digest: null
    source_sha: null
    run: null
    placeholder: true

local:
  order:
    repository: coffee_machine
    tag: "order-1"
    digest: null
    source_sha: "{"b" * 40}"
    run: "https://github.com/o/r/actions/runs/1"

  tea:
    repository: coffee_machine
    tag: "tea-placeholder"
    digest: null
    source_sha: null
    run: null
    placeholder: true
"""
_CARRIED = "`crema synth` carries it into dist/\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A platform of which these verbs need no more than this."""
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "__init__.py").touch()
    spec = (
        "from crema.generators import EnvironmentSpec\n\nENVIRONMENTS = tuple(EnvironmentSpec(name=n) for n in ('eks', 'local', 'prod'))\n"
    )
    (tmp_path / "charts" / "environments.py").write_text(spec, encoding="utf-8")
    (tmp_path / "charts" / "images.lock.yaml").write_text(_LOCK, encoding="utf-8")
    return tmp_path


def image(root: Path, *words: str) -> Completed:
    """Run `crema image …` there; in this process, but for `add`, which imports the charts that are there."""
    if words[0] == "add":
        return start([sys.executable, "-m", "crema", "image", *words], cwd=root)
    with contextlib.chdir(root):
        done = CliRunner().invoke(crema, ["image", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return Completed(status=done.exit_code, stdout=done.stdout, stderr=done.stderr)


def lock(root: Path) -> str:
    """The text of the lock."""
    return (root / "charts" / "images.lock.yaml").read_bytes().decode()


def test_set_moves_several_services_and_says_from_what_to_what(root: Path) -> None:
    """The entry has everything that is known of the build, and no more."""
    done = image(root, "set", f"tea=1234567@{_DIGEST}", "order=12e4567", "--env", "local", "--source-sha", "c" * 40, "--run", "https://x/2")
    assert done == Completed(
        status=0,
        stdout=f"local: order: order-1 → 12e4567\nlocal: tea: tea-placeholder → 1234567@sha256:aaaaaaaaaaaa…\n{_CARRIED}",
        stderr="",
    )
    expected = _LOCK.partition("local:")[0] + (
        'local:\n  order:\n    repository: coffee_machine\n    tag: "12e4567"\n    digest: null\n'
        f'    source_sha: "{"c" * 40}"\n    run: "https://x/2"\n\n'
        f'  tea:\n    repository: coffee_machine\n    tag: "1234567"\n    digest: "{_DIGEST}"\n'
        f'    source_sha: "{"c" * 40}"\n    run: "https://x/2"\n'
    )
    assert lock(root) == expected


_LATEST = "is 'latest', which moves; name one that stays, or a digest"
_WRONG = [
    (["coffee=1"], ["'coffee=1': local has no service 'coffee'; known: order, tea"]),
    (["ordr=1"], ["'ordr=1': local has no service 'ordr'; did you mean order?"]),
    (["order"], ["'order' must be SERVICE=TAG@DIGEST, such as order=order-4f2a…@sha256:9b1c…"]),
    (
        ["order="],
        ["'order=': tag of order is ''; it must be a tag: at most 128 letters, digits, '_', '.' and '-', the first no '.' or '-'"],
    ),
    (["order=a b"], ["'order=a b': tag of order is 'a b'; it must be a tag: "]),
    (["order=1\n"], ["'order=1\\n': tag of order is '1\\n'; it must be a tag: "]),
    (["order=-1"], ["'order=-1': tag of order is '-1'; it must be a tag: "]),
    ([f"order={'x' * 129}"], ["tag of order is 'xxxx"]),
    (["order=1@sha256:abc"], ["'order=1@sha256:abc': digest of order is 'sha256:abc'; it must be sha256: and 64 hexadecimal digits"]),
    ([f"order=1@sha256:{'A' * 64}"], ["digest of order is 'sha256:AAAA"]),
    (["order=1@"], ["'order=1@': digest of order is ''; it must be sha256:"]),
    (["order=latest"], [f"'order=latest': tag of order {_LATEST}"]),
    (["order=1", "order=2"], ["'order=2': order is named twice, first by 'order=1'"]),
    (["=1"], ["'=1': service is ''; it must be a name of lower-case letters, digits and '-'"]),
    (["order=order-1"], ["nothing would change: local has these images already"]),
    (["order=1", "--source-sha", "abc"], ["source_sha of order is 'abc'; it must be the whole hash of a commit"]),
    (["order=1", "--run", "ftp://x"], ["run of order is 'ftp://x'; it must be the URL of a build"]),
    (
        ["tea=1@x", "order=latest", "none=1"],
        [
            "'none=1': local has no service 'none'; known: order, tea",
            f"'order=latest': tag of order {_LATEST}",
            "'tea=1@x': digest of tea is 'x'",
        ],
    ),
]


@pytest.mark.parametrize(("words", "messages"), _WRONG, ids=[" ".join(words)[:40] for words, _ in _WRONG])
def test_what_is_wrong_is_all_said_and_nothing_is_written(root: Path, words: list[str], messages: list[str]) -> None:
    """Each with the argument, the value and what is required; exit 2."""
    done = image(root, "set", *words, "--env", "local")
    lines = done.stderr.splitlines()
    assert (done.status, done.stdout, len(lines)) == (2, "", len(messages)), done.stderr
    for line, message in zip(lines, messages, strict=True):
        assert line.startswith("error: ")
        assert message in line
    assert lock(root) == _LOCK


def test_an_unknown_environment_is_named_with_the_nearest(root: Path) -> None:
    """And what else is wrong, in one go."""
    done = image(root, "set", "order=1@x", "--env", "locl")
    assert done.status == 2
    assert done.stderr.splitlines()[0] == "error: there is no environment 'locl' in charts/images.lock.yaml; did you mean local?"
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  tea:\n", "  order:\n", ":10: eks has 'order' twice"),
        ("  tea:\n", "  tea: &t\n", ":10: has an anchor or an alias; write every value where it belongs"),
        ('"order-0"', "1234567", ":5: eks/order: tag is '1234567', which some readers of YAML take for no text; quote it"),
        ("# The lock.\n", "<<<<<<< HEAD\n", ":1: has the marker of a merge conflict"),
        ("# The lock.\n", "=======\n", ":1: has the marker of a merge conflict"),
        ("repository: coffee_machine", "repository: [a]", ":4: eks/order: repository must be one value"),
        ("eks:\n", "eks: 3\nlocl:\n", ":2: eks must be a mapping"),
        (_LOCK, "[]", ":1: the file must be a mapping of environments"),
        (_LOCK, "\t", ":1: is not YAML: "),
    ],
)
@pytest.mark.parametrize("verb", [["set", "order=2", "--env", "local"], ["show"], ["promote", "local", "eks"], ["add", "milk"]])
def test_a_broken_lock_stops_every_verb_with_its_line(root: Path, old: str, new: str, message: str, verb: list[str]) -> None:
    """Nothing is guessed and nothing is overwritten."""
    broken = _LOCK.replace(old, new, 1)
    (root / "charts" / "images.lock.yaml").write_text(broken, encoding="utf-8")
    done = image(root, *verb)
    assert done.status == 2
    assert done.stderr.startswith(f"error: charts/images.lock.yaml{message}")
    assert lock(root) == broken


def test_without_a_platform_or_a_lock_it_says_where_to_be(root: Path) -> None:
    """Two sentences instead of two tracebacks."""
    (root / "charts" / "images.lock.yaml").unlink()
    done = image(root, "show")
    assert (done.status, done.stderr) == (2, "error: charts/images.lock.yaml cannot be read: No such file or directory\n")
    (root / "charts" / "environments.py").unlink()
    done = image(root, "show")
    where = "there is no directory charts/ with an environments.py here or above; run this inside a platform"
    assert (done.status, done.stderr) == (2, f"error: {where}\n")


def test_writers_at_once_all_land(root: Path) -> None:
    """Read, change and rename happen alone: of eight that start together, none overwrites another's move."""
    names = [f"s{number}" for number in range(8)]
    assert image(root, "add", *names, "--env", "local").status == 0
    command = [sys.executable, "-m", "crema", "image", "set"]
    started = [subprocess.Popen([*command, f"{name}={name}-new", "--env", "local"], cwd=root, stdout=subprocess.DEVNULL) for name in names]
    assert [process.wait(timeout=120) for process in started] == [0] * 8
    assert {key[1]: entry.tag for key, entry in flat(lock(root)).items() if key[1] in names} == {name: f"{name}-new" for name in names}


def test_a_second_writer_decides_on_what_the_first_wrote(root: Path) -> None:
    """It waits while the first one still makes up its mind, and then sees the new lock, not the old one."""
    place, begun = Place(root), threading.Event()
    seen: list[str] = []

    def first(lock: Lock) -> Changes:
        begun.set()
        time.sleep(0.5)
        return {("local", "order"): replace(lock.entries["local"]["order"], tag="first")}

    def second(lock: Lock) -> Changes:
        seen.append(lock.entries["local"]["order"].tag)
        return {("local", "tea"): replace(lock.entries["local"]["tea"], tag="second")}

    one = threading.Thread(target=place.change, args=(first,))
    one.start()
    begun.wait()
    place.change(second)
    one.join()
    assert seen == ["first"]
    assert [flat(lock(root))["local", name].tag for name in ("order", "tea")] == ["first", "second"]


def test_the_lock_keeps_its_mode_and_may_be_a_link(root: Path) -> None:
    """A file is replaced by one like it; of a link, what it leads to."""
    file = root / "charts" / "images.lock.yaml"
    real = root / "elsewhere.yaml"
    file.rename(real)
    real.chmod(0o640)
    file.symlink_to(real)
    assert image(root, "set", "order=2", "--env", "local").status == 0
    assert file.is_symlink()
    assert (real.stat().st_mode & 0o777, flat(real.read_bytes())["local", "order"].tag) == (0o640, "2")
    assert sorted(p.name for p in root.iterdir()) == [".crema", "charts", "elsewhere.yaml"]


def test_add_notes_placeholders_everywhere_and_refuses_what_is_there(root: Path) -> None:
    """In every environment of charts/environments.py, also one that the lock has not yet; in the repository that the others are in."""
    done = image(root, "add", "milk")
    assert done.stdout == "".join(f"{e}: milk: nothing → milk-placeholder\n" for e in ("eks", "local", "prod")) + _CARRIED
    entry = flat(lock(root))["prod", "milk"]
    assert (entry.repository, entry.tag, entry.placeholder, entry.digest) == ("coffee_machine", "milk-placeholder", True, None)
    before = lock(root)
    done = image(root, "add", "milk", "B", "--env", "local", "--env", "test")
    assert done.status == 2
    assert done.stderr.splitlines() == [
        "error: 'B' is no name of a service; names are lower-case letters, digits and '-'",
        "error: milk has an entry in local already: milk-placeholder",
        "error: there is no environment 'test'; did you mean eks?",
    ]
    assert lock(root) == before


def test_show_says_what_runs_where_and_whence(root: Path) -> None:
    """For people, and as JSON with every field."""
    assert image(root, "show", "--env", "local").stdout == (
        "local:\n"
        "  order  order-1  from bbbbbbbbbbbb  https://github.com/o/r/actions/runs/1\n"
        "  tea    tea-placeholder  placeholder: nothing has been built yet\n"
    )
    shown = json.loads(image(root, "show", "--json").stdout)
    assert list(shown) == ["eks", "local"]
    assert shown["eks"]["order"] == {
        "repository": "coffee_machine",
        "tag": "order-0",
        "digest": _DIGEST,
        "source_sha": None,
        "run": None,
        "placeholder": False,
    }


def test_promote_copies_what_was_built_and_says_what_was_not(root: Path) -> None:
    """Another environment runs the very image; a placeholder is never promoted."""
    done = image(root, "promote", "local", "eks")
    stays = "eks: tea stays; nothing has been built for local yet\n"
    assert (done.status, done.stdout) == (0, f"eks: order: order-0@sha256:aaaaaaaaaaaa… → order-1\n{_CARRIED}{stays}")
    entries = flat(lock(root))
    assert entries["eks", "order"] == entries["local", "order"]
    again = image(root, "promote", "local", "eks")
    assert (again.status, again.stderr) == (2, "error: nothing would change: eks runs what local runs\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["local", "eks", "tea"], "tea has never been built for local; there is nothing to promote"),
        (["local", "eks", "milk"], "local has no service 'milk'; known: order, tea"),
        (["local", "eks", "order", "order"], "order is named twice"),
        (["local", "local"], "local is promoted to itself; name two environments"),
        (["local", "prod"], "there is no environment 'prod' in charts/images.lock.yaml; known: eks, local"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_refused(root: Path, words: list[str], message: str) -> None:
    """And writes nothing."""
    done = image(root, "promote", *words)
    assert (done.status, done.stderr) == (2, f"error: {message}\n")
    assert lock(root) == _LOCK


def test_rollback_goes_one_further_back_each_time(root: Path) -> None:
    """By the history of git, whether the present was committed or not; never forth again; and past a placeholder there is nothing."""
    git(root, "init", "-q")
    committed(root, "order-1")
    for tag in ("order-2", "order-3"):
        assert image(root, "set", f"order={tag}", "--env", "local").status == 0
        committed(root, tag)
    assert image(root, "set", "order=order-4", "--env", "local").status == 0
    for expected in ("order-3", "order-2", "order-1"):
        done = image(root, "rollback", "order", "--env", "local")
        assert done.status == 0, done.stderr
        assert flat(lock(root))["local", "order"].tag == expected
        if git(root, "status", "--porcelain"):
            committed(root, f"back to {expected}")
    first = flat(lock(root))["local", "order"]
    assert (first.source_sha, first.run) == ("b" * 40, "https://github.com/o/r/actions/runs/1")
    done = image(root, "rollback", "order", "tea", "--env", "local")
    assert done.status == 2
    assert done.stderr.splitlines() == [
        f"error: {service} ran nothing before {tag} in local, as far as the history of charts/images.lock.yaml knows"
        for service, tag in (("order", "order-1"), ("tea", "tea-placeholder"))
    ]


def test_rollback_without_git_says_so(root: Path) -> None:
    """There is no history to read."""
    done = image(root, "rollback", "order", "--env", "local")
    assert done.status == 2
    assert done.stderr.startswith(f"error: {root} is in no git repository: ")


def test_the_lock_of_the_examples_is_one() -> None:
    """So the messages above are about what was changed in it."""
    assert read_lock(_LOCK.encode()).text == _LOCK


@pytest.mark.parametrize(("missing", "verb"), [("cdk8s", "show"), ("jsii", "show"), ("requests", "resolve")])
def test_without_its_extra_it_says_what_to_install(root: Path, missing: str, verb: str) -> None:
    """Whoever installed the checker alone is told the command, and sees no traceback."""
    program = f"import sys; sys.modules[{missing!r}] = None; from crema.__main__ import main; main()"
    done = start([sys.executable, "-c", program, "image", verb], cwd=root)
    assert done.status == 2
    assert done.stderr == f"error: the package {missing} is not installed; moving images needs the extra: pip install 'crema[images]'\n"
