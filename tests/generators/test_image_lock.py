"""The image lock: tags are strings, mistakes name the line of the lock, a service nobody built yet gets a placeholder and a note."""

from pathlib import Path

import pytest

from crema.generators.image_lock import MistakeError, locked_image
from crema.generators.spec import Note

_RIGHT = """
local:
  order:
    repository: coffee_machine
    tag: "1234567"
    digest: "sha256:{digest}"
    source_sha: null
    run: null
"""
DIGEST = "0" * 64


def _lock(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "images.lock.yaml"
    file.write_text(text.lstrip("\n"), encoding="utf-8")
    return file


def test_an_entry_gives_the_whole_reference(tmp_path: Path) -> None:
    """Registry, repository, tag and digest, with a tag of digits as a string."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST))
    image = locked_image(lock, "local", "order", "coffee_machine")
    assert image.reference("registry.example.com") == f"registry.example.com/coffee_machine:1234567@sha256:{DIGEST}"


def test_a_changed_lock_is_read_again(tmp_path: Path) -> None:
    """One process that synthesises twice sees what changed in between."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST))
    locked_image(lock, "local", "order", "r")
    _lock(tmp_path, _RIGHT.format(digest=DIGEST).replace("1234567", "7654321"))
    assert locked_image(lock, "local", "order", "r").tag == "7654321"


def test_a_service_without_an_entry_gets_a_placeholder_and_a_note(tmp_path: Path) -> None:
    """A new service needs no edit of the lock before it is built; the author is told."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST))
    with pytest.warns(Note, match="loyalty has no image in images.lock.yaml"):
        image = locked_image(lock, "local", "loyalty", "coffee_machine")
    assert (image.tag, image.placeholder) == ("loyalty-placeholder", True)


def test_null_and_false_are_what_they_say(tmp_path: Path) -> None:
    """No digest is no digest, and an image that is no placeholder is none."""
    text = _RIGHT.replace('"sha256:{digest}"', "null") + "    placeholder: {value}\n"
    images = [locked_image(_lock(tmp_path, text.format(value=value)), "local", "order", "r") for value in ("false", "true ")]
    assert [(image.digest, image.placeholder, image.reference("r")) for image in images] == [
        (None, False, "r/coffee_machine:1234567"),
        (None, True, "r/coffee_machine:1234567"),
    ]


def test_a_lock_that_is_not_text_is_a_mistake(tmp_path: Path) -> None:
    """Bytes that UTF-8 does not know."""
    lock = tmp_path / "images.lock.yaml"
    lock.write_bytes(b"local: \xff\n")
    with pytest.raises(MistakeError, match="is not YAML: 'utf-8' codec can't decode byte 0xff"):
        locked_image(lock, "local", "order", "r")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"1234567"', "1234567", 4, "local/order: tag is '1234567', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "12e4567", 4, "local/order: tag is '12e4567', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "1.10", 4, "local/order: tag is '1.10', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "null", 4, "local/order: tag is 'null', which some readers of YAML take for no text; quote it"),
        ('"1234567"', '"\x00"', 1, "is not YAML: "),
        ('"1234567"', '""', 4, "local/order: tag is empty; write a text, or null where there is none"),
        (
            "    tag:",
            "    tga:",
            4,
            "local/order has the unknown field 'tga'; it has digest, placeholder, repository, run, source_sha, tag",
        ),
        ("run: null", "tag: x", 7, "local/order has 'tag' twice"),
        ("run: null", "run: [a]", 7, "local/order: run must be one value"),
        ("run: null", "placeholder: maybe", 7, "local/order: placeholder is 'maybe'; it must be true or false"),
        ("    repository: coffee_machine\n", "", 3, "local/order has no repository"),
        ("local:", "<<<<<<< HEAD\nlocal:", 2, "is not YAML"),
        ("  order:\n", "  - order\n", 3, "is not YAML"),
        ("local:\n  order:", "local: 1\nother:\n  order:", 1, "local must be a mapping"),
    ],
)
def test_a_broken_lock_names_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    """Wrong types, misspelt or repeated fields and merge markers are mistakes of the lock; nothing is guessed."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST).replace(old, new))
    with pytest.raises(MistakeError) as caught:
        locked_image(lock, "local", "order", "r")
    assert (caught.value.mistake.file, caught.value.mistake.line) == (str(lock), line)
    assert caught.value.mistake.message.startswith(f"images.lock.yaml: {message}")
