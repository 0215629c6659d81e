"""Edits that delivery-one-repository-and-revision finds."""

from tests.edits.edit import Body, Edit


def _branch(body: Body) -> bool:
    source = body["spec"]["source"]
    if "path" not in source:
        return False
    source["targetRevision"] = "develop"
    return True


def _default(body: Body) -> bool:
    source = body["spec"]["source"]
    return "path" in source and source.pop("targetRevision", None) is not None


def _fork(body: Body) -> bool:
    source = body["spec"]["source"]
    if "path" not in source:
        return False
    source["repoURL"] = source["repoURL"].replace("github.com/", "github.com/someone-")
    return True


EDITS = (
    Edit(name="another branch", kinds=("Application",), change=_branch, said="at develop", everywhere=True),
    Edit(name="the default branch", kinds=("Application",), change=_default, said="at HEAD", everywhere=True),
    Edit(name="a fork", kinds=("Application",), change=_fork, said="from https://github.com/someone-", everywhere=True),
)
