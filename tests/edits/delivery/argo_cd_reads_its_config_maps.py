"""Edits that delivery-argo-cd-reads-its-config-maps finds: the platform's Argo CD is configured by its chart, so an object is turned into
one that is meant for it.
"""

from tests.edits.edit import Body, Edit


def _repository(body: Body) -> bool:
    body["metadata"] |= {"namespace": "argocd", "labels": {}}
    body["spec"].setdefault("target", {})["template"] = {"data": {"type": "git", "url": "https://github.com/example/coffee-platform"}}
    return True


def _elsewhere(body: Body) -> bool:
    body["metadata"] |= {"name": "argocd-cm", "labels": {"app.kubernetes.io/part-of": "argocd"}}
    return bool(body["metadata"]["namespace"] != "argocd")


def _unlabelled(body: Body) -> bool:
    body["metadata"] |= {"name": "argocd-cm", "namespace": "argocd", "labels": {}}
    return True


EDITS = (
    Edit(
        name="a repository without its label",
        kinds=("ExternalSecret",),
        change=_repository,
        said="the keys of a repository",
        everywhere=True,
    ),
    Edit(name="argocd-cm in another namespace", kinds=("ConfigMap",), change=_elsewhere, said="where alone it looks", everywhere=True),
    Edit(name="argocd-cm without its label", kinds=("ConfigMap",), change=_unlabelled, said="has no label", everywhere=True),
)
