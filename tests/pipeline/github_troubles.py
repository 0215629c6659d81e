"""What can go wrong between a client and GitHub, each as GitHub, or the network before it, really does it."""

import json
from dataclasses import dataclass, field
from typing import Literal

_DOCS = "https://docs.github.com/rest"
_UNICORN = (
    "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body><p><strong>Whoa there!</strong></p></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One request goes wrong.

    Args:
        name: for people.
        on: the request it waits for: a part of `METHOD /path`; empty for the next one.
        acts: GitHub does what was asked all the same.
        status, headers, body: the answer in its stead.
        cut: `reset` ends the connection without an answer, `half` after half of one, `short` sends half a body as if it were whole.
        limit: seconds for which every further request is answered like this one.

    """

    name: str
    on: str = ""
    acts: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    cut: Literal["reset", "half", "short"] | None = None
    limit: float | None = None


def broken(status: int = 502, on: str = "", *, acts: bool = False) -> Trouble:
    """GitHub's page with the unicorn (502, 503, 504), or its JSON (500)."""
    body = json.dumps({"message": "Server Error"}) if status == 500 else _UNICORN
    kind = "application/json" if status == 500 else "text/html; charset=utf-8"
    return Trouble(name=f"{status}", on=on, acts=acts, status=status, headers={"Content-Type": kind}, body=body)


def reset(on: str = "", *, acts: bool) -> Trouble:
    """The connection breaks before an answer; whether GitHub `acts` on the request nobody knows."""
    return Trouble(name="reset", on=on, acts=acts, cut="reset")


def truncated(on: str = "", *, whole_length: bool) -> Trouble:
    """Half of the answer: with the whole one's length, or as if it were all."""
    return Trouble(name="truncated", on=on, acts=True, cut="half" if whole_length else "short")


def primary_limit(seconds: float, on: str = "", *, status: int = 403) -> Trouble:
    """No request of the hour is left."""
    body = {
        "message": "API rate limit exceeded for installation ID 1.",
        "documentation_url": f"{_DOCS}/overview/rate-limits-for-the-rest-api",
    }
    headers = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0", "x-ratelimit-used": "1000", "x-ratelimit-resource": "core"}
    return Trouble(name="primary limit", on=on, status=status, headers=headers, body=json.dumps(body), limit=seconds)


def secondary_limit(retry_after: int | None = None, on: str = "", *, status: int = 403) -> Trouble:
    """Too much at once; without a time GitHub wants a minute."""
    said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    body = {"message": said, "documentation_url": f"{_DOCS}/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}
    headers = {"x-ratelimit-remaining": "4987"} | ({"retry-after": str(retry_after)} if retry_after is not None else {})
    limit = float(60 if retry_after is None else retry_after)
    return Trouble(name="secondary limit", on=on, status=status, headers=headers, body=json.dumps(body), limit=limit)


def too_quick(on: str = "") -> Trouble:
    """Another form of that limit, after several creations: https://github.com/whatwg/spec-factory/issues/55."""
    body = {
        "message": "Validation Failed",
        "errors": [{"resource": "PullRequest", "code": "custom", "message": "was submitted too quickly"}],
    }
    return Trouble(name="too quick", on=on, status=422, body=json.dumps(body), limit=60)


def graphql_limit(kind: str = "RATE_LIMIT") -> Trouble:
    """GraphQL's own limit, with status 200: https://github.com/yanyongyu/githubkit/issues/271."""
    error = {"type": kind, "code": "graphql_rate_limit", "message": "API rate limit already exceeded for user ID 1."}
    return Trouble(name="GraphQL limit", on="POST /graphql", status=200, body=json.dumps({"errors": [error]}), limit=60)


def graphql_broken() -> Trouble:
    """A query that GitHub gave up, with status 200."""
    said = "Something went wrong while executing your query. Please include `B0F1:1C2D:3` when reporting this issue."
    return Trouble(name="GraphQL broken", on="POST /graphql", status=200, body=json.dumps({"data": None, "errors": [{"message": said}]}))


def refused(status: int, message: str, on: str = "", **headers: str) -> Trouble:
    """Any refusal in JSON; headers by their names with `_` for `-`."""
    body = {"message": message, "documentation_url": _DOCS, "status": str(status)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Trouble(name=f"{status} {message}", on=on, status=status, headers=named, body=json.dumps(body))


def moved(location: str, status: int = 301, on: str = "") -> Trouble:
    """A redirect."""
    body = json.dumps({"message": "Moved Permanently", "url": location, "documentation_url": f"{_DOCS}/guides/best-practices"})
    return Trouble(name=f"{status}", on=on, status=status, headers={"Location": location}, body=body)
