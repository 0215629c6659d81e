"""Edits that traffic-network-policy-selects-something finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _misspelt(body: Body) -> bool:
    name = at(body, "spec", "podSelector", "matchLabels", "app")
    return name is not None and put(body, f"{name}s", "spec", "podSelector", "matchLabels", "app")


def _another_key(body: Body) -> bool:
    name = at(body, "spec", "podSelector", "matchLabels", "app")
    return name is not None and put(body, {"matchLabels": {"apps": name}}, "spec", "podSelector")


def _peer(body: Body) -> bool:
    name = at(body, "spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app")
    return name is not None and put(body, f"{name}-", "spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app")


def _space(body: Body) -> bool:
    for rule in at(body, "spec", "egress") or ():
        labels = at(rule, "to", 0, "namespaceSelector", "matchLabels") or {}
        if labels.get("kubernetes.io/metadata.name") == "monitoring":
            labels["kubernetes.io/metadata.name"] = "observability"
            return True
    return False


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(name="a letter too many", kinds=_KINDS, change=_misspelt, said="one has app=", everywhere=True),
    Edit(name="another key", kinds=_KINDS, change=_another_key, said="it applies to pods with apps=", everywhere=True),
    Edit(name="a peer that nobody is", kinds=_KINDS, change=_peer, said="it names pods with app=", everywhere=True),
    Edit(name="a namespace that is not there", kinds=_KINDS, change=_space, said="of namespace observability", everywhere=True),
)
