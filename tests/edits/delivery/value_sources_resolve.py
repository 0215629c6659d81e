"""Edits that delivery-value-sources-resolve finds."""

from tests.edits.edit import Body, Edit


def _dangling(body: Body) -> bool:
    source = body["spec"]["source"]
    if "chart" not in source:
        return False
    source["helm"]["valueFiles"] = ["$values/values/prod.yaml"]
    return True


def _missing(body: Body) -> bool:
    spec = body["spec"]
    if "chart" not in spec["source"]:
        return False
    name = body["metadata"]["name"]
    there = {"repoURL": "https://github.com/example/coffee-platform", "targetRevision": "main", "ref": "values"}
    spec["sources"] = [spec.pop("source"), there]
    spec["sources"][0]["helm"]["valueFiles"] = [f"$values/dist/local/_root/application-{name}s.yaml"]
    return True


EDITS = (
    Edit(name="no source has that name", kinds=("Application",), change=_dangling, said="no source has the ref", everywhere=True),
    Edit(
        name="a file that is not there",
        kinds=("Application",),
        change=_missing,
        said="there is no file",
        environments=("local",),
    ),
)
