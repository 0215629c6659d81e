"""The name of a repository of images as docker reads it: which registry, and what it is called there.

https://github.com/distribution/reference
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from crema.pipeline.http import LOCAL_HOSTS
from crema.pipeline.stopped import Stopped

HUB: Final = "docker.io"
_HUB_API: Final = "registry-1.docker.io"
_HUB_ALIASES: Final = frozenset({HUB, "index.docker.io", _HUB_API})
_HOST: Final = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(:(?P<port>[0-9]{1,5}))?")
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
_NAME: Final = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageName:
    """A tag in a repository of a registry.

    Args:
        registry: its host, with a port where it has one; `docker.io` is Docker Hub's.
        repository: below it.
        tag: in it.

    """

    registry: str
    repository: str
    tag: str

    @classmethod
    def of(cls, repository: str, tag: str) -> "ImageName":
        """`host/path` (or what docker takes for Docker Hub's: `mysql`, `grafana/grafana`) and a tag.

        Raises:
            Stopped: it is none.

        """
        first, slash, rest = repository.partition("/")
        named = slash and (not {".", ":"}.isdisjoint(first) or first == "localhost" or first != first.lower())
        registry, path = (first, rest) if named else (HUB, repository)
        if registry in _HUB_ALIASES:
            registry, path = HUB, path if "/" in path else f"library/{path}"
        host = _HOST.fullmatch(registry)
        if host is None or int(host["port"] or 443) not in range(1, 65536) or not _NAME.fullmatch(path) or len(path) > 255:
            raise Stopped(
                f"{repository[:200]!r} is not the name of a repository of images; it must be like registry.example.com/team/order"
            )
        if not _TAG.fullmatch(tag):
            raise Stopped(f"{tag[:200]!r} is not a tag; it must be at most 128 letters, digits, '.', '_' and '-'")
        return cls(registry=registry, repository=path, tag=tag)

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.registry}/{self.repository}:{self.tag}"

    @property
    def url(self) -> str:
        """The registry's; without TLS on this machine alone, as docker has it."""
        host = _HUB_API if self.registry == HUB else self.registry
        local = urlsplit(f"//{host}").hostname in LOCAL_HOSTS
        return f"{'http' if local else 'https'}://{host}"
