"""The image lock as charts see it: tags are strings, a broken lock names its line, a service without an entry is refused."""

from pathlib import Path

import pytest

from crema.generators.image_lock import MistakeError, locked_image

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
    image = locked_image(lock, "local", "order")
    assert image.reference("registry.example.com") == f"registry.example.com/coffee_machine:1234567@sha256:{DIGEST}"


def test_a_changed_lock_is_read_again(tmp_path: Path) -> None:
    """One process that synthesises twice sees what changed in between."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST))
    locked_image(lock, "local", "order")
    _lock(tmp_path, _RIGHT.format(digest=DIGEST).replace("1234567", "7654321"))
    assert locked_image(lock, "local", "order").tag == "7654321"


def test_a_service_without_an_entry_is_a_mistake_that_says_what_to_do(tmp_path: Path) -> None:
    """A manifest without a real image would be deployed and never run; the line is the asker's."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST))
    with pytest.raises(MistakeError) as caught:
        locked_image(lock, "local", "loyalty")
    asked = "run `crema image add loyalty`, which notes a placeholder until one is built"
    assert caught.value.mistake.message == f"loyalty has no image for local in images.lock.yaml; {asked}"
    assert caught.value.mistake.file == __file__


def test_without_a_lock_the_mistake_is_the_lock_s(tmp_path: Path) -> None:
    """Whoever deleted it is told what is missing, and sees no traceback."""
    with pytest.raises(MistakeError, match=r"images\.lock\.yaml cannot be read: No such file or directory"):
        locked_image(tmp_path / "images.lock.yaml", "local", "order")


def test_null_and_false_are_what_they_say(tmp_path: Path) -> None:
    """No digest is no digest, and an image that is no placeholder is none."""
    text = _RIGHT.replace('"sha256:{digest}"', "null") + "    placeholder: {value}\n"
    images = [locked_image(_lock(tmp_path, text.format(value=value)), "local", "order") for value in ("false", "true ")]
    assert [(image.digest, image.placeholder, image.reference("r")) for image in images] == [
        (None, False, "r/coffee_machine:1234567"),
        (None, True, "r/coffee_machine:1234567"),
    ]


def test_a_lock_that_is_not_text_is_a_mistake(tmp_path: Path) -> None:
    """Bytes that UTF-8 does not know."""
    lock = tmp_path / "images.lock.yaml"
    lock.write_bytes(b"local: \xff\n")
    with pytest.raises(MistakeError, match=r"is not UTF-8 \(byte 0xff\)"):
        locked_image(lock, "local", "order")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"1234567"', "1234567", 4, "local/order: tag is '1234567', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "12e4567", 4, "local/order: tag is '12e4567', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "1.10", 4, "local/order: tag is '1.10', which some readers of YAML take for no text; quote it"),
        ('"1234567"', "null", 4, "local/order: tag is 'null', which some readers of YAML take for no text; quote it"),
        ('"1234567"', '"\x00"', 1, "is not YAML: "),
        ('"1234567"', '""', 4, "local/order: tag is empty; write a text"),
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
        ("local:", "<<<<<<< HEAD\nlocal:", 1, "has the marker of a merge conflict; keep one side, remove the markers, then synthesise"),
        ("run: null", "run: null\n=======", 8, "has the marker of a merge conflict"),
        ("run: null", "run: null\n>>>>>>> theirs", 8, "has the marker of a merge conflict"),
        ("run: null", "run: null\n||||||| base", 8, "has the marker of a merge conflict"),
        ("  order:", "  order: &a", 2, "has an anchor or an alias; write every value where it belongs"),
        ("run: null", "run: *a", 7, "has an anchor or an alias"),
        ('"1234567"', "!!str 1234567", 4, "has the tag tag:yaml.org,2002:str; write the value without it"),
        ("run: null", "run: null\n---\nlocal: {}", 8, "is not YAML: "),
        ("local:", "local: {}\nlocal:", 2, "the file has 'local' twice"),
        ("  order:", "  order: {}\n  order:", 3, "local has 'order' twice"),
        ("  order:", "  Order:", 3, "local/Order has the name 'Order'; names are lower-case letters, digits and '-'"),
        ("  order:", "  on:", 2, "local has a key that some readers of YAML take for no text; keys are names"),
        ("  order:", "  ? [a]\n  :", 2, "local has a key that some readers of YAML take for no text; keys are names"),
        ("  order:", "  <<:", 2, "local has a key that some readers"),
        ('"1234567"', '"a b"', 4, "local/order: tag is 'a b'; it must be a tag: at most 128 letters, digits"),
        (
            f'"1234567"\n    digest: "sha256:{DIGEST}"',
            "latest",
            4,
            "local/order: tag is 'latest', which moves; write one that stays, or a digest",
        ),
        (f"sha256:{DIGEST}", "sha256:abc", 5, "local/order: digest is 'sha256:abc'; it must be sha256: and 64 hexadecimal digits"),
        (f"sha256:{DIGEST}", f"sha256:{'A' * 64}", 5, "local/order: digest is 'sha256:AAAA"),
        ("source_sha: null", "source_sha: abcdef", 6, "local/order: source_sha is 'abcdef'; it must be the whole hash of a commit"),
        ("run: null", 'run: "javascript:x"', 7, "local/order: run is 'javascript:x'; it must be the URL of a build, or null"),
        ("coffee_machine", "Coffee", 3, "local/order: repository is 'Coffee'; it must be the name of a repository"),
        ("run: null", "run: [[[[[[[[[[]]]]]]]]]]", 7, "is nested too deeply"),
        ("  order:\n", "  - order\n", 3, "is not YAML"),
        ("local:\n  order:", "local: 1\nother:\n  order:", 1, "local must be a mapping"),
    ],
)
def test_a_broken_lock_names_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    """Wrong types, misspelt or repeated fields and merge markers are mistakes of the lock; nothing is guessed."""
    lock = _lock(tmp_path, _RIGHT.format(digest=DIGEST).replace(old, new))
    with pytest.raises(MistakeError) as caught:
        locked_image(lock, "local", "order")
    assert (caught.value.mistake.file, caught.value.mistake.line) == (str(lock), line)
    assert caught.value.mistake.message.startswith(f"images.lock.yaml: {message}")
