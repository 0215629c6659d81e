"""Edits that traffic-pages-reach-what-they-ask finds."""

from tests.edits.body import annotate, at, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _is_asked(body: Body) -> bool:
    return body["metadata"]["name"] in {"order", "billing", "inventory"}


def _gone(body: Body) -> bool | Removed:
    return REMOVED if _is_asked(body) else False


def _other_host(body: Body) -> bool:
    host = str(at(body, "spec", "rules", 0, "host"))
    return _is_asked(body) and put(body, host.replace("coffee", "cofee"), "spec", "rules", 0, "host")


def _no_host(body: Body) -> bool:
    return _is_asked(body) and put(body, "", "spec", "rules", 0, "host")


def _other_group(body: Body) -> bool:
    return _is_asked(body) and annotate(body, "alb.ingress.kubernetes.io/group.name", "cofee")


EDITS = (
    Edit(name="no route", kinds=("Ingress",), change=_gone, said="that serves no such path", everywhere=True),
    Edit(name="another host", kinds=("Ingress",), change=_other_host, said="cofee", everywhere=True),
    Edit(name="no host", kinds=("Ingress",), change=_no_host, environments=("local",), said="that serves no such path", everywhere=True),
    Edit(name="another load balancer", kinds=("Ingress",), change=_other_group, environments=("eks",), said="group cofee", everywhere=True),
)
