"""The JSON of GitHub's answers, with the fields that a client could read and enough of the others to trip one that guesses.

https://docs.github.com/en/rest/pulls/pulls, https://docs.github.com/en/rest/repos/repos
"""

from dataclasses import dataclass
from typing import Any

DOCS = "https://docs.github.com/rest/pulls/pulls#create-a-pull-request"


@dataclass(slots=True, kw_only=True)
class Pull:
    """A pull request as it stands; tests may change it."""

    number: int
    title: str
    body: str | None
    branch: str
    base: str
    head_sha: str
    open: bool = True
    merged: bool = False
    draft: bool = False
    auto_merge: str | None = None
    fork: str | None = None


def user(name: str) -> dict[str, Any]:
    """An account."""
    return {"login": name, "id": 583231, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "html_url": f"https://github.com/{name}", "type": "User"}


def repository(full_name: str, api: str, number: int = 1296269) -> dict[str, Any]:
    """A repository as a token without administration sees it: how pull requests may be merged is not said."""
    owner, name = full_name.split("/")
    return {
        "id": number,
        "node_id": "R_kgDOAABmbQ",
        "name": name,
        "full_name": full_name,
        "private": True,
        "owner": user(owner),
        "html_url": f"https://github.com/{full_name}",
        "fork": False,
        "url": f"{api}/repos/{full_name}",
        "default_branch": "main",
        "archived": False,
        "disabled": False,
        "visibility": "private",
        "permissions": {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True},
    }


def pull_request(pull: Pull, full_name: str, api: str, *, listed: bool) -> dict[str, Any]:
    """A pull request; what is `listed` has neither `merged` nor counts."""
    owner = full_name.partition("/")[0]
    here = repository(full_name, api)
    home = repository(f"{pull.fork}/{here['name']}", api, 77) if pull.fork else here
    time = "2026-11-24T10:00:00Z"
    by_itself = {"enabled_by": user("github-actions[bot]"), "merge_method": pull.auto_merge, "commit_title": None, "commit_message": None}
    shape = {
        "url": f"{api}/repos/{full_name}/pulls/{pull.number}",
        "id": 1_000_000 + pull.number,
        "node_id": node_id(pull),
        "html_url": f"https://github.com/{full_name}/pull/{pull.number}",
        "number": pull.number,
        "state": "open" if pull.open else "closed",
        "locked": False,
        "title": pull.title,
        "user": user("github-actions[bot]"),
        "body": pull.body,
        "created_at": time,
        "updated_at": time,
        "closed_at": None if pull.open else time,
        "merged_at": time if pull.merged else None,
        "merge_commit_sha": None,
        "assignees": [],
        "labels": [],
        "milestone": None,
        "draft": pull.draft,
        "head": {
            "label": f"{pull.fork or owner}:{pull.branch}",
            "ref": pull.branch,
            "sha": pull.head_sha,
            "user": user(pull.fork or owner),
            "repo": home,
        },
        "base": {"label": f"{owner}:{pull.base}", "ref": pull.base, "sha": "0" * 40, "user": user(owner), "repo": here},
        "author_association": "CONTRIBUTOR",
        "auto_merge": by_itself if pull.auto_merge else None,
        "active_lock_reason": None,
    }
    counts = {"merged": pull.merged, "mergeable": None, "rebaseable": None, "mergeable_state": "unknown", "commits": 1, "changed_files": 1}
    return shape if listed else {**shape, **counts}


def node_id(pull: Pull) -> str:
    """What GraphQL calls a pull request by."""
    return f"PR_kwDOAABmbc{pull.number:06d}"


def validation(*errors: dict[str, str]) -> dict[str, Any]:
    """The body of a 422 about a pull request."""
    return {
        "message": "Validation Failed",
        "errors": [{"resource": "PullRequest", **error} for error in errors],
        "documentation_url": DOCS,
        "status": "422",
    }


def graphql_error(field: str, kind: str, message: str) -> dict[str, Any]:
    """The body of a GraphQL answer that did nothing."""
    where = {"type": kind, "path": [field], "extensions": {"saml_failure": False}, "locations": [{"line": 3, "column": 3}]}
    return {"data": {field: None}, "errors": [{**where, "message": message}]}
