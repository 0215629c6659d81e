"""Edits that identity-registry-token-refreshes finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _daily(body: Body) -> bool:
    return _is_a_token(body) and put(body, "24h0m0s", "spec", "refreshInterval")


def _never(body: Body) -> bool:
    return _is_a_token(body) and put(body, "0s", "spec", "refreshInterval")


def _once(body: Body) -> bool:
    return _is_a_token(body) and put(body, "CreatedOnce", "spec", "refreshPolicy")


def _is_a_token(body: Body) -> bool:
    return bool(at(body, "spec", "dataFrom", 0, "sourceRef", "generatorRef", "kind") == "ECRAuthorizationToken")


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(name="once a day", kinds=_SECRETS, change=_daily, environments=("local",), everywhere=True),
    Edit(name="an interval of nothing", kinds=_SECRETS, change=_never, environments=("local",), everywhere=True),
    Edit(name="made once", kinds=_SECRETS, change=_once, environments=("local",), everywhere=True),
)
