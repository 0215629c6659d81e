"""The two nginx of the shop: the page's, by its own configuration, and the ingress's, by dist/local's Ingresses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.external import server
from tests.services import cluster


def nginx(conf: Path, directory: Path) -> list[str | Path]:
    """The command of an nginx with this configuration; root's worker stays root, since nobody else may read a test's directory."""
    user = ["-g", "user root;"] if os.getuid() == 0 else []
    return [server("nginx", package="nginx"), "-p", directory, "-e", "stderr", "-c", conf, *user]


def frontend_conf(directory: Path, root: Path, port: int) -> Path:
    """The frontend's own configuration, with the three things that are otherwise here: the port, the files and where it may write."""
    conf = (root / "etc" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    writable = directory / "frontend-tmp"
    writable.mkdir(exist_ok=True)
    for there, here in (
        (" /tmp/", f" {writable}/"),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("root /srv/html;", f"root {root}/srv/html;"),
    ):
        assert there in conf, there
        conf = conf.replace(there, here)
    conf = conf.replace("/dev/stdout", f"{directory}/frontend.access.log")
    file = directory / "frontend.conf"
    file.write_text(conf, encoding="utf-8")
    return file


def ingress_conf(ports: Mapping[str, int], directory: Path) -> Path:
    """What an ingress controller makes of dist/local's Ingresses: one host, its prefixes, requests sent on as they are."""
    behind = {(name, port): app for name, port, app, _ in cluster.services()}

    def location(path: str, service: tuple[str, int]) -> str:
        to = f"proxy_pass http://127.0.0.1:{ports[behind[service]]};"
        # Prefix goes by whole elements: /api/order is /api/order and what is below it, and not /api/orders.
        return "".join(f"location {rule} {{ {to} }}\n" for rule in ([f"= {path}", f"{path}/"] if path else ["/"]))

    temporary = "".join(f"{name}_temp_path {directory}/ingress-{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    locations = "".join(location(path.rstrip("/"), service) for path, service in cluster.routes().items())
    file = directory / "ingress.conf"
    file.write_text(
        f"daemon off; pid {directory}/ingress.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {temporary} proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header Connection '';\n"
        f"server {{ listen 127.0.0.1:{ports['ingress']} default_server; return 404; }}\n"
        f"server {{ listen 127.0.0.1:{ports['ingress']}; server_name {cluster.host()};\n{locations} }} }}\n",
        encoding="utf-8",
    )
    return file
