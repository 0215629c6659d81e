"""The two GraphQL requests that the stand-in of GitHub knows: how a pull request stands, and that it shall merge by itself."""

from typing import Any, Protocol

from tests.pipeline.github_shapes import Pull, graphql_error, node_id

_METHODS = {"squash": "squashMergeAllowed", "merge": "mergeCommitAllowed", "rebase": "rebaseMergeAllowed"}


class Settings(Protocol):
    """What they depend on."""

    repository: str
    former: str | None
    permissions: set[str]
    allow_auto_merge: bool
    methods: set[str]
    merge_state: str
    pulls: list[Pull]


def answered(settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer to a GraphQL request's body."""
    variables = asked["variables"]
    if "enablePullRequestAutoMerge(" in asked["query"]:
        return _enabled(settings, next(p for p in settings.pulls if node_id(p) == variables["id"]), variables["method"].lower())
    pull = next((p for p in settings.pulls if p.number == variables["number"]), None)
    if pull is None or f"{variables['owner']}/{variables['name']}" not in (settings.repository, settings.former):
        return graphql_error("repository", "NOT_FOUND", f"Could not resolve to a PullRequest with the number of {variables['number']}.")
    request = {"mergeMethod": pull.auto_merge.upper()} if pull.auto_merge else None
    state = "MERGED" if pull.merged else "OPEN" if pull.open else "CLOSED"
    seen = {"id": node_id(pull), "state": state, "isDraft": pull.draft, "autoMergeRequest": request}
    allowed = {name: method in settings.methods for method, name in _METHODS.items()}
    return {"data": {"repository": {"autoMergeAllowed": settings.allow_auto_merge, **allowed, "pullRequest": seen}}}


def _enabled(settings: Settings, pull: Pull, method: str) -> dict[str, Any]:
    if not {"contents=write", "pull_requests=write"} <= settings.permissions:
        return graphql_error("enablePullRequestAutoMerge", "FORBIDDEN", "Resource not accessible by integration")
    wrong = None
    if not settings.allow_auto_merge:
        wrong = "Pull request Auto merge is not allowed for this repository"
    elif method not in settings.methods:
        wrong = f"Pull request Merge method {method} merging is not allowed on this repository"
    elif settings.merge_state != "blocked":
        wrong = f"Pull request Pull request is in {settings.merge_state} status"
    if wrong is not None:
        return graphql_error("enablePullRequestAutoMerge", "UNPROCESSABLE", wrong)
    pull.auto_merge = method
    return {"data": {"enablePullRequestAutoMerge": {"pullRequest": {"autoMergeRequest": {"mergeMethod": method.upper()}}}}}
