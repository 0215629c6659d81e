"""Edits that admission-services-are-valid finds."""

from tests.edits.edit import Body, Edit


def _a_headless_nodeport(body: Body) -> bool:
    body["spec"] |= {"type": "NodePort", "clusterIP": "None"}
    return True


def _traffic_from_outside_of_a_clusterip(body: Body) -> bool:
    body["spec"]["externalTrafficPolicy"] = "Local"
    return bool(body["spec"].get("type", "ClusterIP") == "ClusterIP")


EDITS = (
    Edit(name="a headless NodePort", kinds=("Service",), change=_a_headless_nodeport, said="only a ClusterIP can be headless"),
    Edit(
        name="traffic from outside of a ClusterIP",
        kinds=("Service",),
        change=_traffic_from_outside_of_a_clusterip,
        said="reached from outside",
    ),
)
