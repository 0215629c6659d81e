"""One request: what is said when no answer comes, and what of this machine's settings must not change it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requests import Session

from crema.pipeline import http
from crema.pipeline.http import Answer, Credential, Lost, origin, send
from crema.pipeline.retries import Clock
from tests.database import free_port
from tests.pipeline.certificate import self_signed
from tests.pipeline.virtual_time import VirtualTime
from tests.pipeline.wire import Heard, Said, serving

SECRET = "Bearer s3cret"


def get(url: str, clock: Clock | None = None) -> Answer | Lost:
    """One request with a secret."""
    return send(Session(), clock or Clock(), "GET", url, headers={}, credential=Credential(SECRET))


@contextmanager
def raw(answer: bytes) -> Iterator[str]:
    """A server that sends these bytes to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"//127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)


def test_nobody_listens() -> None:
    """A refused connection may be accepted later."""
    assert get(f"http://127.0.0.1:{free_port()}/") == Lost(why="cannot be reached: connection refused")


def test_a_name_that_dns_does_not_know() -> None:
    """`.invalid` never exists: https://www.rfc-editor.org/rfc/rfc2606#section-2."""
    assert get("https://registry.invalid/") == Lost(why="cannot be reached: its name is not known to DNS here")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
def test_an_answer_that_is_not_whole(answer: bytes) -> None:
    """Nothing, half a body by its length or its chunks, a body that does not unpack, another protocol: worth another try."""
    with raw(answer) as url:
        assert get(f"http:{url}") == Lost(why="broke the connection off before its answer was whole")


def test_a_server_that_speaks_no_tls() -> None:
    """It will not learn it."""
    with raw(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        lost = get(f"https:{url}")
    assert isinstance(lost, Lost)
    assert lost.lasting
    assert lost.why.startswith("cannot be reached by TLS (")


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """Its reason is said, and the request is not sent; with the certificate trusted as a company's own is, it is answered."""
    certificate = self_signed().written(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard: list[Heard] = []

    def answer(one: Heard) -> Said:
        heard.append(one)
        return Said(status=200, body=b"hello")

    with serving(answer, tls=context) as url:
        assert url.startswith("https://")
        assert get(url) == Lost(why="cannot be trusted: its certificate is not valid (self-signed certificate)", lasting=True)
        assert heard == []
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            answered = get(url)
    assert isinstance(answered, Answer)
    assert (answered.status, answered.body) == (200, b"hello")


def test_netrc_does_not_replace_the_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads it by itself and would send its password; a request that has no credential stays without one too."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    heard: list[Heard] = []

    def answer(one: Heard) -> Said:
        heard.append(one)
        return Said(status=200)

    with serving(answer) as url:
        get(url)
        send(Session(), Clock(), "GET", url, headers={}, credential=Credential(None))
    assert [one.headers.get("authorization") for one in heard] == [SECRET, None]


def test_a_proxys_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which variable to look at is."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55word@127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    lost = get("https://registry.invalid/")
    assert lost == Lost(why="cannot be reached through the proxy that HTTPS_PROXY or HTTP_PROXY names")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_without_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says: a proxy's own 127.0.0.1 is another one."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(lambda _: Said(status=204)) as url:
        answered = get(url.replace("127.0.0.1", host))
    assert isinstance(answered, Answer)
    assert answered.status == 204


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts the connection and the request, and that is all."""
    monkeypatch.setattr(http, "_READ", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert get(f"http://127.0.0.1:{silent.getsockname()[1]}/") == Lost(why="gave no answer within 30 s")


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its size, and by the time it takes."""
    monkeypatch.setattr(http, "_LARGEST", 200_000)
    with serving(lambda _: Said(status=200, body=bytes(200_001))) as url:
        assert get(url) == Lost(why="answered more than 200000 bytes", lasting=True)
    time = VirtualTime()

    def slow() -> float:
        time.second += 100
        return time.second

    with serving(lambda _: Said(status=200, body=bytes(200_000))) as url:
        assert get(url, Clock(elapsed=slow)) == Lost(why="had not finished its answer after 120 s")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://API.GitHub.com/x", ("https", "api.github.com", 443)),
        ("http://h:8080", ("http", "h", 8080)),
        ("https://a@h:1@evil.example:443/", ("https", "evil.example", 443)),
        ("http://[::1]:5000/v2/", ("http", "::1", 5000)),
    ],
)
def test_an_origin(url: str, expected: tuple[str, str, int]) -> None:
    """By which two URLs are of one server: the port counts, what stands before an @ does not."""
    assert origin(url) == expected


@pytest.mark.parametrize("url", ["", "/path", "//host", "https://", "ftp://host", "https://h:99999", "https://[::1"])
def test_what_has_no_origin(url: str) -> None:
    """It belongs to nobody."""
    with pytest.raises(ValueError, match=r".+"):
        origin(url)
