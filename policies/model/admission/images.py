"""Names of images: the kubelet refuses one that it cannot parse (InvalidImageName).

https://github.com/distribution/reference/blob/main/regexp.go
"""

import re
from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import containers
from crema.policies.model.admission.refusal import Refusal, Refusals, mapping, shown
from crema.policies.model.values import Json

_DOMAIN: Final = (
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
)
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST: Final = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_NAME: Final = re.compile(rf"(?:{_DOMAIN}/)?{_PART}(?:/{_PART})*")
_WHOLE: Final = re.compile(rf"(?:{_DOMAIN}/)?{_PART}(?:/{_PART})*(?::{_TAG})?(?:@{_DIGEST})?")
_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
_ID: Final = re.compile(r"[a-f0-9]{64}")
_LONGEST: Final = 255
_BUILT: Final = "ko://"
"""What a build tool puts an image in the place of, before anything is applied."""


def images(spec: Mapping[str, Json]) -> Refusals:
    """The images of a pod that nobody can pull, because their names cannot be read. An empty one is another policy's."""
    for way, container in containers(spec):
        image = container.get("image")
        if isinstance(image, str) and image and (why := _why_not(image)):
            said = f"is {shown(image)}: {why}; the kubelet refuses it (InvalidImageName)"
            yield Refusal((*way, "image"), said, gated=image.startswith(_BUILT))
    volumes = spec.get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        reference = mapping(mapping(volume).get("image")).get("reference")
        if isinstance(reference, str) and reference and (why := _why_not(reference)):
            yield Refusal(
                ("volumes", index, "image", "reference"), f"is {shown(reference)}: {why}; the kubelet refuses it (InvalidImageName)"
            )


def _why_not(image: str) -> str:
    return _wrong_parts(image) if _WHOLE.fullmatch(image) else _unreadable(image)


def _wrong_parts(image: str) -> str:
    name, _, digest = image.partition("@")
    kind, _, value = digest.partition(":")
    if digest and len(value) != _LENGTHS.get(kind, len(value)):
        return f"a digest of {kind} has {_LENGTHS[kind]} characters, not {len(value)}"
    if _ID.fullmatch(name):
        return "64 hexadecimal characters are an identifier, not a name"
    return f"its name has more than {_LONGEST} characters" if len(name.partition(":")[0]) > _LONGEST else ""


def _unreadable(image: str) -> str:
    name, at, digest = image.partition("@")
    before, colon, tag = name.rpartition(":")
    tagged = bool(colon) and "/" not in tag
    bare = before if tagged else name
    for wrong, why in (
        (" " in image or image != image.strip(), "it has a space"),
        (image.startswith(("http://", "https://")), "it begins with a scheme"),
        (bool(at) and not re.fullmatch(_DIGEST, digest), "its digest is none"),
        (tagged and not re.fullmatch(_TAG, tag), "its tag is none" if tag else "its tag is empty"),
        (not _NAME.fullmatch(bare) and _NAME.fullmatch(bare.lower()) is not None, "its name has capital letters"),
    ):
        if wrong:
            return why
    return "its name is none"
