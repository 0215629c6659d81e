"""Whatever a registry is like and whatever breaks: the digest of what it has, or a reason; and secrets where they belong."""

from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from crema.pipeline.docker_config import DockerConfig
from crema.pipeline.registry import Registries, RegistryError, Why
from tests.pipeline.registry_stand_in import IDENTITY, PASSWORD, TOKEN, basic, registry
from tests.pipeline.told import told
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard, Said, serving

SECRETS = (PASSWORD, IDENTITY, TOKEN, basic())
PATIENCE = 40.0

SETTINGS = st.fixed_dictionaries(
    {
        "auth": st.sampled_from(["none", "basic", "bearer"]),
        "anonymous": st.booleans(),
        "head": st.booleans(),
        "digest": st.booleans(),
        "scope": st.booleans(),
        "code": st.sampled_from(["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]),
    }
)
ENTRIES = st.sampled_from([{}, {"auth": basic()}, {"identitytoken": IDENTITY}, {"auth": basic("AWS", "old")}, {"identitytoken": "old"}])
PASSING = st.one_of(
    st.builds(Said, status=st.sampled_from([500, 502, 503, 504]), body=st.just(b"<html>")),
    st.builds(Said, status=st.just(429), headers=st.sampled_from([{}, {"Retry-After": "0"}, {"Retry-After": "3"}])),
    st.builds(Said, status=st.just(200), cut=st.just("reset")),
)
CHALLENGES = st.sampled_from(
    [
        "",
        "Bearer",
        'Bearer realm="ELSEWHERE/token"',
        'Bearer realm="http://tokens.example.com"',
        "Negotiate",
        'Basic realm="x"',
        "Basic, Bearer realm=",
    ]
)
LASTING = st.one_of(
    st.builds(
        Said,
        status=st.sampled_from([400, 403, 404, 405, 418]),
        body=st.sampled_from([b"", b"{}", b'{"errors":[{"code":7}]}', b'{"errors":7}']),
    ),
    st.builds(Said, status=st.just(401), headers=CHALLENGES.map(lambda value: {"WWW-Authenticate": value})),
    st.builds(
        Said,
        status=st.sampled_from([301, 303, 307, 308]),
        headers=st.sampled_from(["ELSEWHERE/x", "", "//", "http://example.com/", "ftp://x"]).map(lambda value: {"Location": value}),
    ),
    st.builds(Said, status=st.just(200), headers=st.just({"Content-Type": "text/html"}), body=st.just(b"<html>")),
)


def asked(host: str, entry: dict[str, str], time: VirtualTime) -> Registries:
    """As docker is logged in, or not."""
    config = DockerConfig(file=Path("config.json"), content={"auths": {host: entry}} if entry else {}, environment={})
    return Registries(config=config, clock=time.clock, patience=PATIENCE)


@given(SETTINGS, ENTRIES, st.lists(PASSING, max_size=3))
def test_a_digest_is_that_of_what_the_registry_has(settings: dict[str, Any], entry: dict[str, str], script: list[Said]) -> None:
    """For every registry, every login and a few troubles that pass: the digest, exactly where this login may read; else no access."""
    time = VirtualTime()
    right = {None: settings["anonymous"], "auth": entry.get("auth") == basic(), "identitytoken": entry.get("identitytoken") == IDENTITY}
    may = {
        "none": True,
        "basic": entry.get("auth") == basic(),
        "bearer": right["identitytoken"] if "identitytoken" in entry else right["auth"] if "auth" in entry else right[None],
    }[settings["auth"]]
    with registry(**settings) as shelf:
        digest = shelf.put("coffee", "order-4f2a", {"schemaVersion": 2})
        shelf.script = list(script)
        here = asked(shelf.host, entry, time)
        found: str | Why
        try:
            found = here.digest_of(f"{shelf.host}/coffee", "order-4f2a")
        except RegistryError as error:
            found = error.why
        assert found == (digest if may else Why.DENIED)
        assert len(shelf.heard) <= 6 + len(script)


@given(SETTINGS, ENTRIES, st.lists(PASSING | LASTING, max_size=6), st.booleans())
@example(
    {"auth": "none", "anonymous": False, "head": True, "digest": True, "scope": True, "code": "NAME_UNKNOWN"}, {"auth": basic()}, [], True
)
def test_secrets_stay_where_they_belong(settings: dict[str, Any], entry: dict[str, str], script: list[Said], there: bool) -> None:
    """For every registry and every script, with redirects and token servers elsewhere: it ends within the patience, in the digest or in one
    sentence; whom a redirect names hears no secret; and none stands in the error or behind it.
    """
    elsewhere: list[Heard] = []

    def listen(heard: Heard) -> Said:
        elsewhere.append(heard)
        return Said(status=404)

    time = VirtualTime()
    with serving(listen) as other, registry(**settings) as shelf:
        digest = shelf.put("coffee", "order-4f2a" if there else "another", {"schemaVersion": 2})
        for said in script:
            headers = {name: value.replace("ELSEWHERE", other) for name, value in said.headers.items()}
            shelf.script.append(Said(status=said.status, headers=headers, body=said.body, cut=said.cut))
        here = asked(shelf.host, entry, time)
        try:
            assert here.digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
            assert there
        except RegistryError as error:
            shown = [*told(error), repr(here), repr(vars(here)["_config"]), repr(vars(here)["_logins"])]
        else:
            shown = []
        assert [text for text in shown for secret in SECRETS if secret in text] == []
        assert [text for text in shown[:1] if "\n" in text] == []
        assert sum(time.slept) <= PATIENCE
        # A token server is sent the login by docker too; whom a redirect names is not.
        assert [h for h in elsewhere if h.path != "/token" and ("authorization" in h.headers or h.body)] == []
