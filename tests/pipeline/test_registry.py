"""The digest behind a tag: whichever way a registry asks for credentials, and what is said when there is no digest."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.pipeline.docker_config import DockerConfig
from crema.pipeline.registry import Registries, RegistryError, Why
from crema.pipeline.registry_auth import challenges
from crema.pipeline.registry_error import log_in
from tests.database import free_port
from tests.pipeline.registry_stand_in import IDENTITY, IMAGE, INDEX, PASSWORD, TOKEN, Shelf, basic, registry
from tests.pipeline.told import told
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard, Said, serving

SECRETS = (PASSWORD, IDENTITY, TOKEN, basic())


def asked(config: dict[str, Any] | None = None, time: VirtualTime | None = None, **more: Any) -> Registries:
    """Registries, with what docker's configuration has."""
    made = DockerConfig(file=Path("config.json"), content=config or {}, environment={})
    return Registries(config=made, clock=(time or VirtualTime()).clock, **more)


def login(shelf: Shelf, **entry: str) -> dict[str, Any]:
    """A configuration as `docker login` leaves it."""
    return {"auths": {shelf.host: entry or {"auth": basic()}}}


def failed(registries: Registries, shelf: Shelf, repository: str = "coffee", tag: str = "order-4f2a") -> RegistryError:
    """The error that there is instead of a digest; nothing behind it holds a secret."""
    with pytest.raises(RegistryError) as error:
        registries.digest_of(f"{shelf.host}/{repository}", tag)
    assert [text for text in told(error.value) for secret in SECRETS if secret in text] == []
    assert "\n" not in str(error.value)
    return error.value


def test_an_open_registry_is_asked_once() -> None:
    """By HEAD, for every type there is, without a name."""
    with registry() as shelf:
        digest = shelf.put("team/coffee", "order-4f2a", {"schemaVersion": 2})
        assert asked(login(shelf)).digest_of(f"{shelf.host}/team/coffee", "order-4f2a") == digest
    (heard,) = shelf.heard
    assert (heard.method, heard.path) == ("HEAD", "/v2/team/coffee/manifests/order-4f2a")
    assert "authorization" not in heard.headers
    assert heard.headers["accept"].split(", ") == [
        INDEX,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        IMAGE,
        "application/vnd.docker.distribution.manifest.v2+json",
    ]


@pytest.mark.parametrize(
    "settings", [{"head": False}, {"digest": False}, {"digest": f"sha512:{'0' * 128}"}, {"head": False, "digest": False}]
)
def test_a_registry_that_says_no_digest_sends_what_has_one(settings: dict[str, Any]) -> None:
    """HEAD refused, no header, or another algorithm's: the bytes are hashed here."""
    with registry(**settings) as shelf:
        digest = shelf.put("coffee", "order-4f2a", {"schemaVersion": 2})
        assert asked().digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
    assert [heard.method for heard in shelf.heard] == ["HEAD", "GET"]


def test_a_digest_that_is_not_the_contents_is_refused() -> None:
    """Where the bytes are at hand, the header is not believed."""
    with registry(head=False, digest=f"sha256:{'0' * 64}") as shelf:
        digest = shelf.put("coffee", "order-4f2a", {"schemaVersion": 2})
        error = failed(asked(), shelf)
    assert error.why is Why.BROKEN
    assert str(error) == (
        f"{shelf.host} says that {shelf.host}/coffee:order-4f2a is sha256:{'0' * 64}, and sends what is {digest};"
        " something on the way changes answers: look at the proxy, and at the registry's store"
    )


@pytest.mark.parametrize("kind", ["application/vnd.docker.distribution.manifest.v1+prettyjws", "text/html; charset=utf-8"])
def test_what_is_no_manifest_has_no_digest(kind: str) -> None:
    """A schema that is signed inside itself, or a page of a proxy that answers 200 to everything."""
    with registry() as shelf:
        shelf.put("coffee", "order-4f2a", {}, kind)
        error = failed(asked(), shelf)
    assert error.why is Why.BROKEN
    assert f"is no image that has one digest: {shelf.host} sends {kind.split(';', maxsplit=1)[0]}; push it again" in str(error)


def test_basic_credentials_as_ecr_wants_them() -> None:
    """Sent when they are asked for, and kept for the next tag."""
    with registry(auth="basic") as shelf:
        digests = [shelf.put("coffee", tag, {"tag": tag}) for tag in ("order-1", "order-2")]
        here = asked(login(shelf))
        assert [here.digest_of(f"{shelf.host}/coffee", tag) for tag in ("order-1", "order-2")] == digests
    assert [heard.headers.get("authorization") for heard in shelf.heard] == [None, f"Basic {basic()}", f"Basic {basic()}"]


@pytest.mark.parametrize("scope", [True, False])
def test_a_token_for_a_password(scope: bool) -> None:
    """By GET with the service and the scope, of the challenge or of what is read; kept for the repository."""
    with registry(auth="bearer", scope=scope) as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        here = asked(login(shelf))
        assert [here.digest_of(f"{shelf.host}/coffee", "order-4f2a") for _ in range(2)] == [digest, digest]
    assert [(h.method, h.path) for h in shelf.heard[1:2]] == [("GET", "/token")]
    assert shelf.heard[1].query == "service=here&scope=repository%3Acoffee%3Apull"
    assert [h.headers.get("authorization") for h in shelf.heard] == [None, f"Basic {basic()}", f"Bearer {TOKEN}", f"Bearer {TOKEN}"]


def test_a_token_for_nobody() -> None:
    """Public images of Docker Hub and GitHub's registry are read with a token that everybody gets."""
    with registry(auth="bearer", anonymous=True) as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        assert asked().digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest


def test_a_token_for_an_identity_token() -> None:
    """By POST, as OAuth has it."""
    with registry(auth="bearer") as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        config = login(shelf, auth=basic("00000000-0000-0000-0000-000000000000", ""), identitytoken=IDENTITY)
        assert asked(config).digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
    assert [(h.method, h.path, h.query) for h in shelf.heard[1:2]] == [("POST", "/token", "")]


def test_a_token_that_grew_old_is_renewed() -> None:
    """Once, in the middle of a run."""
    with registry(auth="bearer") as shelf:
        shelf.put("coffee", "order-4f2a", {})
        here = asked(login(shelf))
        here.digest_of(f"{shelf.host}/coffee", "order-4f2a")
        here._authorizations[shelf.host, "coffee"] = "Bearer old"
        before = len(shelf.heard)
        here.digest_of(f"{shelf.host}/coffee", "order-4f2a")
    assert [h.path for h in shelf.heard[before:]] == ["/v2/coffee/manifests/order-4f2a", "/token", "/v2/coffee/manifests/order-4f2a"]


@pytest.mark.parametrize(
    ("auth", "entry", "answered"),
    [
        ("basic", {"auth": basic("AWS", "old")}, "401 (authentication required)"),
        (
            "bearer",
            {"auth": basic("AWS", "old")},
            f"401 (incorrect username or password: Basic {basic('AWS', 'old')})".replace(basic("AWS", "old"), "***"),
        ),
        ("bearer", {"identitytoken": "old"}, "401 (['***'] is no token)"),
    ],
)
def test_credentials_that_are_refused(auth: str, entry: dict[str, str], answered: str) -> None:
    """Said without them, even where the server quotes them; what to do is docker's own command."""
    with registry(auth=auth) as shelf:
        shelf.put("coffee", "order-4f2a", {})
        error = failed(asked(login(shelf, **entry)), shelf)
    assert error.why is Why.DENIED
    assert str(error) == (
        f"{shelf.host} does not let docker's credentials for {shelf.host} read {shelf.host}/coffee:order-4f2a: it answers {answered};"
        f" let them pull from coffee, or renew them with `docker login {shelf.host}`"
    )


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_credentials_that_are_missing(auth: str) -> None:
    """A registry that hides what is not for everybody does not say whether it exists."""
    with registry(auth=auth) as shelf:
        error = failed(asked(), shelf)
    assert error.why is Why.DENIED
    assert str(error).startswith(
        f"{shelf.host} shows {shelf.host}/coffee:order-4f2a to nobody without credentials, or there is no such repository"
    )
    assert str(error).endswith(f"; run `docker login {shelf.host}`, or see that the name is right")


def test_the_command_for_ecr() -> None:
    """`docker login` alone would ask for a password that nobody has."""
    host = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
    assert log_in(host) == f"`aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS --password-stdin {host}`"


@pytest.mark.parametrize("code", ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"])
def test_no_such_repository(code: str) -> None:
    """Also where the registry calls everything that it does not have a manifest."""
    with registry(code=code) as shelf:
        shelf.put("tea", "order-4f2a", {})
        error = failed(asked(), shelf)
    assert error.why is Why.NO_REPOSITORY
    said = "manifest unknown" if code == "MANIFEST_UNKNOWN" else "repository name not known to registry"
    assert str(error) == (
        f"{shelf.host} has no repository coffee: it answers 404 ({said});"
        " push an image to it (ECR makes a repository only when told to), or see that the name is right"
    )


def test_no_such_tag() -> None:
    """The repository is there."""
    with registry() as shelf:
        shelf.put("coffee", "order-1", {})
        error = failed(asked(), shelf)
    assert error.why is Why.NO_TAG
    assert str(error) == (
        f"{shelf.host}/coffee has no tag order-4f2a: it answers 404 (manifest unknown); push that image, or name a tag that was pushed"
    )


def test_what_is_no_registry() -> None:
    """Any web server answers 404."""
    with serving(lambda _: Said(status=404, body=b"<html>nothing here</html>")) as url:
        error = failed(asked(), Shelf(url=url))
    assert error.why is Why.BROKEN
    assert str(error).endswith("answers 404; see that the name of the registry is right")


def test_a_limit_is_waited_for_within_the_patience() -> None:
    """As long as it says; longer, it is said at once."""
    time = VirtualTime()
    with registry() as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        shelf.script = [Said(status=429, headers={"Retry-After": "7"})]
        assert asked(time=time).digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
        assert time.slept == [7]
        shelf.script = [Said(status=429, headers={"Retry-After": "3600"})]
        error = failed(asked(time=time), shelf)
    assert error.why is Why.LIMITED
    assert str(error) == (
        f"{shelf.host}/coffee:order-4f2a cannot be looked up: {shelf.host} limits how often it may be asked (429);"
        " run this again in 3600 s; with credentials the limit is higher"
    )
    assert time.slept == [7]


def test_troubles_that_pass() -> None:
    """502, a reset, half a body, a token server that is away for a moment."""
    time = VirtualTime()
    with registry(auth="bearer", anonymous=True, head=False) as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        shelf.script = [Said(status=502), Said(status=200, cut="reset"), Said(status=405), Said(status=200, body=b"half", cut="half")]
        assert asked(time=time).digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
    assert time.slept == [1, 2, 1]


def test_a_registry_that_is_away_costs_its_patience_once() -> None:
    """And takes nothing from the others."""
    time = VirtualTime()
    away = Shelf(url=f"http://127.0.0.1:{free_port()}")
    with registry() as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        here = asked(time=time, patience=20)
        first = failed(here, away)
        waited = list(time.slept)
        failed(here, away, tag="billing-4f2a")
        assert here.digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
    assert waited == time.slept == [1, 2, 4, 8]
    assert first.why is Why.UNREACHABLE
    assert str(first) == (
        f"{away.host}/coffee:order-4f2a cannot be looked up: {away.host} cannot be reached: connection refused;"
        " run this again later, 20 s of trying were not enough"
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_takes_no_credential(status: int) -> None:
    """A registry may keep its manifests elsewhere; who that is does not learn the password."""
    with registry() as store, registry(auth="basic") as shelf:
        digest = store.put("coffee", "order-4f2a", {})

        def answer(heard: Heard) -> Said:
            said = shelf.answer(heard)
            location = {"Location": f"{store.url}/v2/coffee/manifests/order-4f2a"}
            return Said(status=status, headers=location) if said.status != 401 else said

        with serving(answer) as url:
            front = Shelf(url=url)
            assert asked(login(front)).digest_of(f"{front.host}/coffee", "order-4f2a") == digest
        assert [h.headers.get("authorization") for h in shelf.heard] == [None, f"Basic {basic()}"]
        assert [h.headers.get("authorization") for h in store.heard] == [None]


def test_an_identity_token_follows_no_redirect() -> None:
    """It stands in the body, which a redirect of that kind would repeat elsewhere."""
    with registry() as other, registry(auth="bearer") as shelf:
        shelf.put("coffee", "order-4f2a", {})

        def answer(heard: Heard) -> Said:
            return Said(status=307, headers={"Location": f"{other.url}/token"}) if heard.path == "/token" else shelf.answer(heard)

        with serving(answer) as url:
            shelf.realm = f"{url}/token"
            front = Shelf(url=url)
            failed(asked(login(front, identitytoken=IDENTITY)), front)
    assert [(h.method, h.body, h.headers.get("authorization")) for h in other.heard] == [("GET", b"", None)]


@pytest.mark.parametrize(
    ("realm", "why", "said"),
    [
        (
            "http://tokens.example.com/token",
            Why.UNTRUSTED,
            "wants a token from http://tokens.example.com, where anybody on the way can read",
        ),
        ("tokens", Why.BROKEN, "wants a token from what is no address of a web server"),
        ("ftp://tokens.example.com", Why.BROKEN, "wants a token from what is no address of a web server"),
    ],
)
def test_a_realm_that_would_give_the_password_away(realm: str, why: Why, said: str) -> None:
    """Nothing is sent there."""
    with registry(auth="bearer", realm=realm) as shelf:
        error = failed(asked(login(shelf)), shelf)
    assert error.why is why
    assert said in str(error)
    assert len(shelf.heard) == 2 - 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"token": 7}', b'{"token": "a\\nb"}', b'{"access_token": ""}'])
def test_a_token_server_that_gives_none(body: bytes) -> None:
    """Said with its name, without what it sent."""
    with registry(auth="bearer") as shelf, serving(lambda _: Said(status=200, body=body)) as tokens:
        shelf.realm = f"{tokens}/token"
        error = failed(asked(), shelf)
    assert error.why is Why.BROKEN
    assert str(error).startswith(f"{tokens.removeprefix('http://')} gives no token to read {shelf.host}/coffee:order-4f2a: its answer ")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ('Basic realm="here"', [("basic", {"realm": "here"})]),
        (
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:samalba/my-app:pull,push",
                    },
                )
            ],
        ),
        (
            'Basic realm="https://h/",service="ecr.amazonaws.com", Bearer realm="https://h/token" , error=invalid_token',
            [
                ("basic", {"realm": "https://h/", "service": "ecr.amazonaws.com"}),
                ("bearer", {"realm": "https://h/token", "error": "invalid_token"}),
            ],
        ),
        ("Negotiate, BEARER Realm = x", [("negotiate", {}), ("bearer", {"realm": "x"})]),
        (r'Basic realm="a \"quoted\" \\ one"', [("basic", {"realm": r'a "quoted" \ one'})]),
        ('Basic realm="no end', [("basic", {})]),
    ],
)
def test_challenges(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    """Commas in quotes, several in one header, blanks wherever RFC 9110 lets them be."""
    assert [(c.scheme, dict(c.parameters)) for c in challenges(header)] == expected


NAMES = st.text("abcdefgh-_", min_size=1, max_size=8)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


@given(st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES, max_size=3)), max_size=4))
def test_challenges_are_read_as_they_are_written(made: list[tuple[str, dict[str, str]]]) -> None:
    """Whatever stands in quotes is somebody's value, commas, equal signs and backslashes included."""

    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(f"{scheme} {', '.join(f'{n}={quoted(v)}' for n, v in values.items())}".strip() for scheme, values in made)
    assert [(c.scheme, dict(c.parameters)) for c in challenges(header)] == made


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    """To the end or not, it ends."""
    assert all(c.scheme for c in challenges(header))


@pytest.fixture(autouse=True)
def no_configuration_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever runs the tests may be logged in somewhere."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def test_dockers_configuration_is_read_when_somebody_asks_who_is_there(tmp_path: Path) -> None:
    """An open registry is asked although the file is broken."""
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with registry() as shelf:
        digest = shelf.put("coffee", "order-4f2a", {})
        assert Registries().digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
        shelf.auth = "basic"
        assert failed(Registries(), shelf).why is Why.CREDENTIALS
        (tmp_path / "config.json").write_text(json.dumps(login(shelf)), encoding="utf-8")
        assert Registries().digest_of(f"{shelf.host}/coffee", "order-4f2a") == digest
