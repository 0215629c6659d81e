"""Edits that delivery-automation-loses-nothing finds."""

from tests.edits.edit import Body, Edit


def _emptied(body: Body) -> bool:
    if "path" not in body["spec"]["source"]:
        return False
    body["spec"]["syncPolicy"]["automated"]["allowEmpty"] = True
    return True


def _cascades(body: Body) -> bool:
    if body["metadata"]["name"] not in {"kube-prometheus-stack", "external-secrets", "namespaces"}:
        return False
    body["metadata"].pop("annotations", None)
    body["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    return True


def _forced(body: Body) -> bool:
    if body["metadata"]["name"] not in {"mysql-backup", "namespaces"}:
        return False
    body["spec"]["syncPolicy"]["syncOptions"].append("Force=true")
    return True


EDITS = (
    Edit(name="it may be emptied", kinds=("Application",), change=_emptied, said="allowEmpty", everywhere=True),
    Edit(name="it takes what others depend on along", kinds=("Application",), change=_cascades, said="goes too"),
    Edit(name="it makes anew what cannot be changed", kinds=("Application",), change=_forced, said="Force=true"),
)
