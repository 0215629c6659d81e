"""Edits that admission-endpoints-are-valid finds."""

from tests.edits.edit import Body, Edit


def _the_name_of_a_host(body: Body) -> bool:
    name = body["metadata"]
    body.clear()
    body |= {"apiVersion": "v1", "kind": "Endpoints", "metadata": name}
    body["subsets"] = [{"addresses": [{"ip": "db.example.com"}], "ports": [{"port": 3306}]}]
    return True


EDITS = (Edit(name="the name of a host", kinds=("ServiceAccount",), change=_the_name_of_a_host, said="db.example.com"),)
