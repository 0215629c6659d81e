"""What ingress-nginx would write for a set of Ingresses, small: servers and locations, in its order, and rewrites.

This translator decides what the controller decides: one server a host, a wildcard as a regex of one label, the root that it adds to each
host, a prefix as two locations, which paths are regexes, the order in which they are written, the directive `rewrite`. Which server and
which location take a request, and what a rewrite makes of its path, nginx decides. Behind each location stands one server that says back
which location it was and which path arrived. Ingresses of one path and type at one host are not made here: their order of creation
would count. Source: https://github.com/kubernetes/ingress-nginx/tree/controller-v1.15.1/internal/ingress/controller
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One path of a rule: the host (empty for every host), the path, its type, and the annotations of its Ingress."""

    ingress: str
    host: str
    path: str
    kind: str
    target: str = ""
    use_regex: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Location:
    path: str
    exact: bool
    name: str
    target: str
    use_regex: bool

    @property
    def rewritten(self) -> bool:
        return bool(self.target) and self.target != self.path


NOBODY = "nobody"


def name_of(claim: Claim) -> str:
    """How a location answers for a claim."""
    return f"{claim.ingress}-{claim.path.encode().hex()}-{'exact' if claim.kind == 'Exact' else 'prefix'}"


def servers(claims: tuple[Claim, ...], socket: Path, behind: Path) -> str:
    """The servers of one set of Ingresses, listening on one socket."""
    by_host: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_host[claim.host].append(claim)
    text = "" if "" in by_host else f"server {{ listen unix:{socket} default_server; return 200 '{NOBODY} $request_uri'; }}\n"
    for host, of_host in sorted(by_host.items()):
        default = "" if host else " default_server"
        text += f"server {{ listen unix:{socket}{default}; server_name {_server_name(host)};\n{_locations(of_host, behind)}}}\n"
    return text


def _server_name(host: str) -> str:
    if not host.startswith("*"):
        return f'"{host or "_"}"'
    return '"~^(?<subdomain>[\\w-]+)\\.' + host.removeprefix("*.").replace(".", "\\.") + '$"'


def _locations(claims: list[Claim], behind: Path) -> str:
    first = claims[0]
    root = _Location(path="/", exact=False, name=NOBODY, target=first.target, use_regex=first.use_regex)
    written = [
        _Location(path=claim.path, exact=claim.kind == "Exact", name=name_of(claim), target=claim.target, use_regex=claim.use_regex)
        for claim in claims
    ]
    own = [location for location in written if location.path == "/" and not location.exact]
    written = [*(own or [root]), *(location for location in written if location not in own)]  # the root is there before all others
    written.sort(key=lambda location: location.path, reverse=True)
    written.sort(key=lambda location: len(location.path), reverse=True)
    exact = {location.path for location in written if location.exact}
    made: list[_Location] = []
    for location in written:
        plain = not (location.exact or location.path == "/" or location.rewritten or location.use_regex)
        if plain:
            below = _Location(
                path=location.path.rstrip("/") + "/", exact=False, name=location.name, target=location.target, use_regex=False
            )
            made.append(below)
            if location.path not in exact:
                made.append(_Location(path=location.path, exact=True, name=location.name, target=location.target, use_regex=False))
        else:
            made.append(location)
    by_regex = any(location.rewritten or location.use_regex for location in made)
    return "".join(_location(location, by_regex, behind) for location in made)


def _location(location: _Location, by_regex: bool, behind: Path) -> str:
    quoted = location.path.replace("\\", "\\\\").replace('"', '\\"')
    modifier = f'~* "^{quoted}"' if by_regex else f'= "{quoted}"' if location.exact else f'"{quoted}"'
    rewrite = f'rewrite "(?i){quoted}" {location.target} break; ' if location.rewritten else ""
    return f"location {modifier} {{ proxy_set_header X-Location '{location.name}'; {rewrite}proxy_pass http://unix:{behind}; }}\n"


def configuration(sets: list[tuple[Claim, ...]], directory: Path) -> str:
    """The configuration of one nginx for many sets, each with a socket of its own."""
    behind = directory / "behind"
    temporary = "".join(f"{name}_temp_path {directory}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    every = "".join(servers(claims, directory / str(number), behind) for number, claims in enumerate(sets))
    return (
        f"daemon off; pid {directory}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; keepalive_requests 100000; {temporary} proxy_http_version 1.1;\n"
        f"server {{ listen unix:{behind}; return 200 '$http_x_location $request_uri'; }}\n{every}}}\n"
    )
