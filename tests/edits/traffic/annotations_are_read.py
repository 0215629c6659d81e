"""Edits that traffic-annotations-are-read finds."""

from tests.edits.body import annotate, at
from tests.edits.edit import Body, Edit


def _misspelt(body: Body) -> bool:
    annotations = at(body, "metadata", "annotations") or {}
    key = next((key for key in annotations if key.endswith("/ssl-redirect")), "")
    if key:
        annotations[key.replace("ssl-redirect", "ssl-redirects")] = annotations.pop(key)
    return bool(key)


def _of_another(body: Body) -> bool:
    name = at(body, "spec", "ingressClassName")
    return annotate(body, "nginx.ingress.kubernetes.io/proxy-body-size" if name == "alb" else "alb.ingress.kubernetes.io/scheme", "1m")


def _other_domain(body: Body) -> bool:
    name = at(body, "spec", "ingressClassName")
    return annotate(body, f"{'alb' if name == 'alb' else 'nginx'}.ingress.kubernets.io/backend-protocol", "HTTP")


EDITS = (
    Edit(name="a misspelt annotation", kinds=("Ingress",), change=_misspelt, said="did you mean", everywhere=True),
    Edit(name="an annotation of another controller", kinds=("Ingress",), change=_of_another, said="does not read", everywhere=True),
    Edit(name="a misspelt domain", kinds=("Ingress",), change=_other_domain, said="did you mean", everywhere=True),
)
