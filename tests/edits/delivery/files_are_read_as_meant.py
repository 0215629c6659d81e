"""Edits that delivery-files-are-read-as-meant finds."""

from tests.edits.edit import Body, Edit


def _endings(body: Body) -> bool:
    directory = body["spec"]["source"].get("directory")
    if directory is None:
        return False
    directory["include"] = "*.yml"
    return True


def _excluded(body: Body) -> bool:
    directory = body["spec"]["source"].get("directory")
    if directory is None:
        return False
    directory["exclude"] = "*a*"
    return True


def _tools(body: Body) -> bool:
    source = body["spec"]["source"]
    if "directory" not in source:
        return False
    source["kustomize"] = {"namePrefix": "local-"}
    return True


def _kustomization(body: Body) -> bool:
    name = body["metadata"]["name"]
    body.clear()
    body |= {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "metadata": {"name": name}, "resources": []}
    return True


EDITS = (
    Edit(name="only files of the other ending", kinds=("Application",), change=_endings, said="never applied", everywhere=True),
    Edit(name="a pattern takes files out", kinds=("Application",), change=_excluded, said="takes out", everywhere=True),
    Edit(name="two tools", kinds=("Application",), change=_tools, said="two tools", everywhere=True),
    Edit(name="a kustomization among objects", kinds=("Service",), change=_kustomization, said="no cluster knows", everywhere=True),
)
