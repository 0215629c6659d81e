"""Edits that delivery-project-permits finds."""

from tests.edits.edit import Body, Edit


def _kind(body: Body) -> bool:
    body["spec"]["namespaceResourceWhitelist"].pop(0)
    return True


def _cluster(body: Body) -> bool:
    return body["spec"].pop("clusterResourceWhitelist", None) is not None


def _repository(body: Body) -> bool:
    body["spec"]["sourceRepos"] = ["https://*"]
    return True


def _namespace(body: Body) -> bool:
    body["spec"]["destinations"].pop()
    return True


def _project(body: Body) -> bool:
    body["spec"]["project"] += "s"
    return True


def _target(body: Body) -> bool:
    body["spec"]["destination"]["namespace"] = "default"
    return True


EDITS = (
    Edit(name="a kind less", kinds=("AppProject",), change=_kind, said="namespaceResourceWhitelist lacks it", everywhere=True),
    Edit(name="no kinds of the cluster", kinds=("AppProject",), change=_cluster, said="clusterResourceWhitelist lacks it", everywhere=True),
    Edit(
        name="a pattern that stops at a slash",
        kinds=("AppProject",),
        change=_repository,
        said="does not permit the repository",
        everywhere=True,
    ),
    Edit(name="a namespace less", kinds=("AppProject",), change=_namespace, said="does not permit namespace", everywhere=True),
    Edit(name="no project of that name", kinds=("Application",), change=_project, said="there is no AppProject", everywhere=True),
    Edit(name="another namespace", kinds=("Application",), change=_target, said="does not permit namespace default", everywhere=True),
)
