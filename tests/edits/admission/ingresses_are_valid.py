"""Edits that admission-ingresses-are-valid finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _a_host_with_a_port(body: Body) -> bool:
    host = at(body, "spec", "rules", 0, "host")
    return isinstance(host, str) and put(body, f"{host}:8080", "spec", "rules", 0, "host")


def _a_path_without_its_slash(body: Body) -> bool:
    path = at(body, "spec", "rules", 0, "http", "paths", 0, "path")
    return isinstance(path, str) and put(body, f"api{path}", "spec", "rules", 0, "http", "paths", 0, "path")


def _a_port_by_name_and_by(body: Body) -> bool:
    port = at(body, "spec", "rules", 0, "http", "paths", 0, "backend", "service", "port")
    return isinstance(port, dict) and not port.update(name="http", number=80)


EDITS = (
    Edit(name="a host with a port", kinds=("Ingress",), change=_a_host_with_a_port, said=":8080"),
    Edit(name="a path without its slash", kinds=("Ingress",), change=_a_path_without_its_slash, said="begins with /"),
    Edit(name="a port by name and by number", kinds=("Ingress",), change=_a_port_by_name_and_by, said="exactly one of both"),
)
