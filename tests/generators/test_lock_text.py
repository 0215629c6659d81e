"""The text of the image lock: an edit touches its own entry and nothing else, and what two branches do to different services merges."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.generators.lock_edit import edited
from crema.generators.lock_text import NAME, TAG, BrokenLock, LockedImage, read_lock
from tests.checkout import git
from tests.external import ROOT, start, system

_LOCK = ROOT / "charts" / "images.lock.yaml"
_HEX = "0123456789abcdef"
_TAGS = st.one_of(
    st.sampled_from(["1234567", "12e4567", "0o17", "1_000", "190.20", "0x1F", "1.10", "on", "null", "true", "2026-11-24", "nan", "0777"]),
    st.from_regex(TAG, fullmatch=True),
).filter(lambda tag: tag != "latest")
_IMAGES = st.builds(
    LockedImage,
    repository=st.sampled_from(["coffee_machine", "shop/order", "0x10", "1.10"]),
    tag=_TAGS,
    digest=st.none() | st.text(_HEX, min_size=64, max_size=64).map("sha256:{}".format),
    source_sha=st.none() | st.text(_HEX, min_size=40, max_size=40) | st.just("1234567890" * 4) | st.just("0" * 20 + "e" + "0" * 19),
    run=st.none() | st.sampled_from(["https://github.com/o/r/actions/runs/1", "https://x.example/#a?b=c&d=%20"]),
    placeholder=st.booleans(),
)
_NAMES = st.sampled_from(["a", "billing", "frontend", "inventory", "null", "on", "order", "tea", "y", "z9-x"])
_ENVIRONMENTS = st.sampled_from(["eks", "local", "no", "prod"])
_ENTRIES = st.dictionaries(st.tuples(_ENVIRONMENTS, _NAMES), _IMAGES, min_size=1, max_size=8)


def flat(content: str | bytes) -> dict[tuple[str, str], LockedImage]:
    """The entries of a text, by environment and service."""
    lock = read_lock(content.encode() if isinstance(content, str) else content)
    return {(environment, service): entry for environment, services in lock.entries.items() for service, entry in services.items()}


def made(entries: Mapping[tuple[str, str], LockedImage], start: str = "") -> str:
    """A lock with these entries, as crema writes it."""
    return edited(read_lock(start.encode()), entries)


@given(_ENTRIES)
def test_what_is_written_is_read_back(entries: dict[tuple[str, str], LockedImage]) -> None:
    """Whatever a tag looks like to a reader of YAML: it is a string."""
    assert flat(made(entries)) == entries


@given(_ENTRIES, st.data())
def test_the_order_of_additions_does_not_matter(entries: dict[tuple[str, str], LockedImage], data: st.DataObject) -> None:
    """Sorted and stable: the same entries are the same bytes, one added after the other in any order."""
    text = ""
    for key in data.draw(st.permutations(sorted(entries))):
        text = made({key: entries[key]}, text)
    assert text == made(entries)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@given(_ENTRIES, _IMAGES, st.data(), st.sampled_from(["\n", "\r\n"]))
def test_an_edit_changes_lines_of_its_own_entry_only(
    entries: dict[tuple[str, str], LockedImage], image: LockedImage, data: st.DataObject, newline: str
) -> None:
    """Comments, line endings, blank lines and every other entry stay as they are, byte for byte."""
    key = data.draw(st.sampled_from(sorted(entries)))
    commented = re.sub(r"^(  [\w\"].*:)$", r"  # speaks of what follows\n\1 # and of this", made(entries), flags=re.MULTILINE)
    text = "# what this is\n" + commented.replace("\n", newline)
    text = text.replace("\n", newline) if newline == "\n" else re.sub(r"(?<!\r)\n", newline, text)
    after = edited(read_lock(text.encode()), {key: image})
    assert flat(after) == {**entries, key: image}
    assert re.findall(r"[^\r]\n", after) == [] if newline == "\r\n" else "\r" not in after
    before_lines, after_lines = text.splitlines(keepends=True), after.splitlines(keepends=True)
    head = next((n for n, (a, b) in enumerate(zip(before_lines, after_lines, strict=False)) if a != b), None)
    if head is None:
        assert len(before_lines) == len(after_lines) or after_lines[len(before_lines) :] == []
        return
    field = re.compile(r"    (repository|tag|digest|source_sha|run|placeholder): ")
    changed = [line for line in after_lines if line not in before_lines] + [line for line in before_lines if line not in after_lines]
    assert all(field.match(line) for line in changed)


def test_an_edit_of_an_entry_in_other_forms_is_right_or_refused() -> None:
    """On one line, with quoted keys, without optional fields: what can be edited is, what cannot be stays whole."""
    image = LockedImage(repository="r", tag="new", digest="sha256:" + "a" * 64)
    flow = 'local:\n  order: {repository: r, tag: "old", digest: null, placeholder: true}\n'
    assert edited(read_lock(flow.encode()), {("local", "order"): image}) == (
        f'local:\n  order: {{repository: r, tag: "new", digest: "sha256:{"a" * 64}", placeholder: false}}\n'
    )
    short = "local:\n    order:\n        tag: old # why\n        repository: r"
    assert edited(read_lock(short.encode()), {("local", "order"): image}) == (
        f'local:\n    order:\n        tag: "new" # why\n        digest: "sha256:{"a" * 64}"\n        repository: r'
    )
    with pytest.raises(BrokenLock, match="must have a line for each field"):
        edited(read_lock(b'local:\n  order: {repository: r, tag: "old"}\n'), {("local", "order"): image})
    with pytest.raises(BrokenLock, match="has a value over several lines; write it on one"):
        edited(read_lock(b'local:\n  order:\n    repository: r\n    tag: "ol\\\n      d"\n'), {("local", "order"): image})


def test_a_new_entry_goes_where_its_name_belongs_and_takes_no_comment_with_it() -> None:
    """Comments right above an entry speak of it; the one that opens the file speaks of the file."""
    text = '# the file\nlocal:\n  # first\n  b:\n    repository: r\n    tag: "b"\n  # third\n  d:\n    repository: r\n    tag: "d"'
    new = LockedImage(repository="r", tag="n")
    block = '    repository: r\n    tag: "n"\n    digest: null\n    source_sha: null\n    run: null\n'
    assert edited(read_lock(text.encode()), {("local", name): new for name in "ace"} | {("eks", "b"): new}) == (
        f'# the file\neks:\n  b:\n{block}\nlocal:\n  a:\n{block}\n  # first\n  b:\n    repository: r\n    tag: "b"\n  c:\n{block}\n'
        f'  # third\n  d:\n    repository: r\n    tag: "d"\n\n  e:\n{block}'
    )


def _moved(text: str, key: tuple[str, str], tag: str) -> str:
    old = flat(text)[key]
    return made({key: replace(old, tag=tag, digest="sha256:" + "b" * 64, source_sha="c" * 40, run="https://x/1", placeholder=False)}, text)


def test_branches_that_move_different_services_merge(tmp_path: Path) -> None:
    """Every pair of entries of our own lock, neighbours above all, by git itself: no conflict, and both moves are there."""
    text = _LOCK.read_text(encoding="utf-8")
    keys = sorted(flat(text))
    sides = {key: tmp_path / f"{'-'.join(key)}.yaml" for key in keys}
    for key, file in sides.items():
        file.write_text(_moved(text, key, f"{key[1]}-new"), encoding="utf-8")
    base = tmp_path / "base.yaml"
    base.write_text(text, encoding="utf-8")
    assert len(keys) >= 8
    for one in keys:
        for other in keys:
            if one < other:
                done = system("git", "merge-file", "-p", str(sides[one]), str(base), str(sides[other]))
                assert done.status == 0, f"{one} and {other}: {done.stdout}"
                assert done.stdout == _moved(_moved(text, one, f"{one[1]}-new"), other, f"{other[1]}-new")


def test_branches_that_move_the_same_service_conflict(tmp_path: Path) -> None:
    """Nobody's image is lost in silence; and what git leaves is refused until a person has decided."""
    git(tmp_path, "init", "-q", "-b", "main")
    file = tmp_path / "images.lock.yaml"
    text = _LOCK.read_text(encoding="utf-8")
    for branch, content in (
        ("main", text),
        ("one", _moved(text, ("local", "order"), "one")),
        ("two", _moved(text, ("local", "order"), "two")),
    ):
        if branch != "main":
            git(tmp_path, "checkout", "-q", "-b", branch, "main")
        file.write_text(content, encoding="utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", branch)
    assert system("git", "-c", "user.name=t", "-c", "user.email=t@example.com", "merge", "one", cwd=tmp_path).status == 1
    with pytest.raises(BrokenLock, match="has the marker of a merge conflict"):
        read_lock(file.read_bytes())


@pytest.mark.parametrize(
    ("before", "script", "after"),
    [
        ("image: r:order-1\nimage: r:order-12\n", "s/order-1/order-3/", "image: r:order-3\nimage: r:order-32\n"),
        ("image: r:order-1\n", "s/order-0/order-3/", "image: r:order-1\n"),
        ("image: r:order-1\r\n", "s/order-1$/order-3/", "image: r:order-1\r\n"),
        ('tag: "order-1"\n', "s/tag: .*/tag: 12e4567/", "tag: 12e4567\n"),
    ],
    ids=["a tag inside another", "a pattern that matches nothing", "line endings of Windows", "a number in disguise"],
)
def test_the_old_way_succeeds_where_it_is_wrong(tmp_path: Path, before: str, script: str, after: str) -> None:
    """`sed`, as the guide's pipeline used it: another service's image, an old image, a number, and always exit 0."""
    file = tmp_path / "deployment.yaml"
    file.write_bytes(before.encode())
    done = start(["sed", "-i", script, file])
    assert (done.status, file.read_bytes().decode()) == (0, after)


def test_of_two_writers_of_the_old_way_one_is_lost(tmp_path: Path) -> None:
    """Two builds end together: each has what was there before, and the second to write takes the first one's image back."""
    before = "image: r:order-1\nimage: r:tea-1\n"
    files = {service: tmp_path / service for service in ("order", "tea")}
    for service, file in files.items():
        file.write_text(before, encoding="utf-8")
        assert start(["sed", "-i", f"s/{service}-1/{service}-2/", file]).status == 0
    shared = tmp_path / "deployment.yaml"
    for file in files.values():
        shared.write_bytes(file.read_bytes())
    assert shared.read_text(encoding="utf-8") == "image: r:order-1\nimage: r:tea-2\n"


def test_the_new_way_is_right_there() -> None:
    """A tag inside another service's tag moves alone; a move of nothing is nothing. Endings and numbers are below, writers at once in
    tests/pipeline: of `crema image set` in one checkout, and of `crema image publish` in many.
    """
    text = made(
        {("local", "order"): LockedImage(repository="r", tag="order-1"), ("local", "tea"): LockedImage(repository="r", tag="order-12")}
    )
    after = _moved(text, ("local", "order"), "order-3")
    assert [entry.tag for _, entry in sorted(flat(after).items())] == ["order-3", "order-12"]
    assert edited(read_lock(text.encode()), {("local", "order"): flat(text)["local", "order"]}) == text


@pytest.mark.parametrize("tag", ["1234567", "12e4567", "0x1F", "on"])
def test_a_tag_that_looks_like_a_number_stays_a_string_in_the_lock(tag: str) -> None:
    """Also where the lock has the line endings of Windows."""
    for newline in ("\n", "\r\n"):
        text = _LOCK.read_text(encoding="utf-8").replace("\n", newline)
        after = _moved(text, ("local", "order"), tag)
        assert flat(after)["local", "order"].tag == tag
        assert after.count(newline) == text.count(newline) - 1  # the line of the placeholder
        assert f'    tag: "{tag}"{newline}' in after


def test_names_of_services_are_names_of_objects() -> None:
    """What the lock calls a service is what Kubernetes and the registry take."""
    assert [name for name in ("order", "o", "a-1") if not NAME.fullmatch(name)] == []
    assert [name for name in ("", "Order", "1a", "a-", "a_b", "a.b", "a" * 64, "ö") if NAME.fullmatch(name)] == []


_SPLINTERS = st.sampled_from(
    (
        *[
            "&a ",
            "*a",
            "!!str ",
            "<<: ",
            "? ",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "#",
            ": ",
            "null",
            "~",
            "0x1",
            "1e3",
            "@",
            "`",
            ",",
            "'",
            '"',
            "\\",
            "\t",
            "\x00",
            "\ufeff",
            "\u2028",
            "\r",
            "\n",
        ],
        *("|\n", ">\n", "---\n", "...\n", "%YAML 1.1\n", "<<<<<<< a\n", "=======\n", "\U0001f375"),
    )
)


def _read(text: str) -> dict[tuple[str, str], LockedImage] | int:
    """The entries, or the line that is wrong."""
    try:
        return flat(text)
    except BrokenLock as broken:
        return broken.line


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 30), _SPLINTERS | st.text(max_size=5)), min_size=1, max_size=3), st.data())
def test_a_damaged_lock_is_read_or_refused_and_edited_rightly_or_not_at_all(
    damage: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    """Whatever happens to the file: a sentence and a line of it, or entries; and an edit of one leaves the others what they were."""
    text = _LOCK.read_text(encoding="utf-8")
    for at, length, splinter in damage:
        text = text[:at] + splinter + text[at + length :]
    entries = _read(text)
    if isinstance(entries, int):
        assert 1 <= entries <= len(text.splitlines()) + 1
        return
    if not entries:
        return
    key = data.draw(st.sampled_from(sorted(entries)))
    image = LockedImage(repository="r", tag="new", digest="sha256:" + "a" * 64)
    try:
        after = edited(read_lock(text.encode()), {key: image})
    except BrokenLock:
        return
    assert flat(after) == {**entries, key: image}
