"""The cluster's network for a process that knows nothing of it: names of Services lead to ports of this machine, and so does its own port.

CREMA_NAMES is a JSON object: "host:port" of the cluster to a port of 127.0.0.1. CREMA_PORTS is one too: the port a container listens
on to the port it gets here. A name that is not there does not exist, as the cluster's DNS would say.
"""

import json
import os
import socket
from typing import Any

_names: dict[str, int] = json.loads(os.environ["CREMA_NAMES"])
_ports: dict[str, int] = json.loads(os.environ["CREMA_PORTS"])
_getaddrinfo = socket.getaddrinfo


def _resolve(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
    here = _names.get(f"{host}:{port}")
    if here is None:
        raise socket.gaierror(socket.EAI_NONAME, f"the cluster has no {host}:{port}")
    return _getaddrinfo("127.0.0.1", here, *rest, **named)


class _Socket(socket.socket):
    def bind(self, address: Any) -> None:
        if isinstance(address, tuple):
            address = ("127.0.0.1", _ports[str(address[1])])
        super().bind(address)


# Clients look the one up in the module, and servers the other.
vars(socket).update(getaddrinfo=_resolve, socket=_Socket)
