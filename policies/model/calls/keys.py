"""What the name of a variable or an option says of its value: whether it is a host that is called."""

import re
from typing import Final

_HOSTS: Final = re.compile(
    r"(?:^|_)(?:ADDR|ADDRESS|ADDRESSES|BOOTSTRAP_SERVERS|BROKER|BROKERS|ENDPOINT|ENDPOINTS|HOST|HOSTS|SERVER|SERVERS|UPSTREAM|URI|URL|URLS)$"
)
_NAMED: Final = re.compile(r"(?:^|_)(?:DB|DATABASE|MARIADB|MONGO|MONGODB|MYSQL|PG|POSTGRES|POSTGRESQL|RABBITMQ|REDIS|SMTP)_?HOSTNAME$")
_WITH_PORT: Final = re.compile(
    r"(?:^|_)(?:API|BACKEND|COLLECTOR|CONNECT|CONNECTION|DATABASE|DB|DSN|HOSTPORT|KAFKA|PROXY|REDIS|SERVICE|TARGET)$"
)
_ITS_OWN: Final = re.compile(
    r"(?:^|_)(?:ADVERTISED?|ALLOW|ALLOWED|BASE|BIND|CALLBACK|COOKIE|CORS|DOMAIN|EXTERNAL|HTTP_ADDR|IMAGE|INGRESS|ISSUER|LETSENCRYPT|LISTEN"
    r"|LISTENERS?|LOCAL|NODE|NO_PROXY|ORIGINS?|POD|PUBLIC|PUBLISH|REDIRECT|REGISTRY|ROOT_HOST|SELF|TRUSTED|VIRTUAL|WEB_LISTEN)(?:_|$)"
)
_ALONE: Final = frozenset(
    {"ADDR", "ADDRESS", "APP_HOST", "APP_URL", "HOST", "HTTP_HOST", "SERVER", "SERVER_ADDR", "SERVER_ADDRESS", "SERVER_HOST", "URI", "URL"}
)
_STEM: Final = re.compile(r"(?P<stem>.*?)_?(?:HOSTNAME|HOST|ADDRESS|ADDR|SERVER)$")


def calls_host(name: str) -> bool:
    """Whether a bare word below this name plainly is a host that is called: `DB_HOST`, `--redis-addr`."""
    key = _upper(name)
    return key not in _ALONE and (_HOSTS.search(key) or _NAMED.search(key)) is not None and not is_its_own(name)


def calls_pair(name: str) -> bool:
    """Whether a host with a port below this name is one that is called."""
    key = _upper(name)
    return not is_its_own(name) and (key in _ALONE or (_HOSTS.search(key) or _NAMED.search(key) or _WITH_PORT.search(key)) is not None)


def is_its_own(name: str) -> bool:
    """Whether it says how the program itself is reached, which no Service of this name has to answer."""
    return _ITS_OWN.search(_upper(name)) is not None


def port_key(name: str) -> str:
    """The name that the port beside a host has: `DB_PORT` beside `DB_HOST`; empty where it has none."""
    found = _STEM.fullmatch(_upper(name))
    return "" if found is None else f"{found['stem']}_PORT" if found["stem"] else "PORT"


def _upper(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", spaced).strip("_").upper()
