"""Programs that are known by their image, and the port that their clients ask for where none is given."""

from collections.abc import Iterable, Mapping
from typing import Final

from crema.policies.model.pods import PodTemplate

_PORTS: Final[Mapping[str, int]] = {
    "mariadb": 3306,
    "memcached": 11211,
    "mongo": 27017,
    "mysql": 3306,
    "mysql-server": 3306,
    "percona": 3306,
    "postgres": 5432,
    "postgresql": 5432,
    "rabbitmq": 5672,
    "redis": 6379,
    "valkey": 6379,
}


def usual_port(pods: Iterable[PodTemplate]) -> tuple[str, int] | None:
    """The program in these pods by its image's name, with its port; None where none or several of them are known."""
    found = {name for pod in pods for container in pod.spec.items("containers") if (name := _name(container.text("image"))) in _PORTS}
    if len(found) != 1:
        return None
    name = found.pop()
    return name, _PORTS[name]


def _name(image: str | None) -> str:
    """`mysql` of `docker.io/library/mysql:8.4`."""
    return (image or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
