"""What a registry did not give, as one sentence with what to do."""

from enum import Enum
from typing import Protocol

from crema.pipeline.ecr import region_of
from crema.pipeline.http import Answer, plain
from crema.pipeline.image_name import ImageName
from crema.pipeline.json_answer import Unexpected, item, parsed
from crema.pipeline.stopped import Stopped


class Why(Enum):
    """What stood in the way."""

    UNREACHABLE = "no answer"
    UNTRUSTED = "no trust"
    BROKEN = "an answer that is none"
    LIMITED = "a limit"
    DENIED = "no access"
    CREDENTIALS = "docker's configuration"
    NO_REPOSITORY = "no such repository"
    NO_TAG = "no such tag"


class RegistryError(Stopped):
    """There is no digest. `why` says what kind of reason it is; neither the sentence nor anything else of it holds a credential."""

    def __init__(self, why: Why, message: str) -> None:
        """Of the reason and the sentence."""
        super().__init__(message)
        self.why = why


class Secret(Protocol):
    """Credentials that may stand in somebody's words."""

    def hidden(self, text: str) -> str:
        """The words without them."""


def log_in(registry: str) -> str:
    """The command that gives docker's configuration credentials for a registry.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    """
    region = region_of(registry)
    if region is None:
        return f"`docker login {registry}`"
    return f"`aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {registry}`"


def codes(answer: Answer) -> frozenset[str]:
    """Why a registry refuses: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes."""
    return frozenset(str(one.get("code")) for one in _entries(answer))


def refused(image: ImageName, answer: Answer, login: Secret | None, host: str) -> RegistryError:
    """A status that is none of 200 and 404, from the registry or from where its tokens are; `login` is what was sent, if anything."""
    said = _said(answer, login)
    answered = f"{answer.status} ({said})" if said else f"{answer.status}"
    if answer.status not in (401, 403):
        do = "act on what it says" if said else "see that the name of the registry is right"
        return RegistryError(Why.BROKEN, f"{image} cannot be looked up: {host} answers {answered}; {do}")
    if login is not None:
        do = f"let them pull from {image.repository}, or renew them with {log_in(image.registry)}"
        return RegistryError(
            Why.DENIED, f"{host} does not let docker's credentials for {image.registry} read {image}: it answers {answered}; {do}"
        )
    unseen = f"{host} shows {image} to nobody without credentials, or there is no such repository: it answers {answered}"
    return RegistryError(Why.DENIED, f"{unseen}; run {log_in(image.registry)}, or see that the name is right")


def missing(image: ImageName, answer: Answer, *, repository: bool) -> RegistryError:
    """A 404: there is no such repository, or no such tag in it."""
    said = _said(answer, None)
    if repository:
        do = "push an image to it (ECR makes a repository only when told to), or see that the name is right"
        return RegistryError(Why.NO_REPOSITORY, f"{image.registry} has no repository {image.repository}: it answers 404 ({said}); {do}")
    tag = f"{image.registry}/{image.repository} has no tag {image.tag}: it answers 404 ({said})"
    return RegistryError(Why.NO_TAG, f"{tag}; push that image, or name a tag that was pushed")


def _said(answer: Answer, login: Secret | None) -> str:
    words = ", ".join(text for one in _entries(answer) if (text := str(one.get("message") or one.get("code") or "")))
    return plain(words if login is None else login.hidden(words))


def _entries(answer: Answer) -> list[dict[str, object]]:
    try:
        listed = item(parsed(answer.body), list, "errors")
    except Unexpected:
        return []
    return [one for one in listed if isinstance(one, dict)]
