"""A real registry, Debian's docker-registry: what was pushed is found again, by everybody, by name and password, and by signed tokens."""

import base64
import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from crema.generators.writer import document
from crema.pipeline.docker_config import DockerConfig
from crema.pipeline.registry import Registries, RegistryError, Why
from tests.database import free_port
from tests.external import running, server
from tests.pipeline.certificate import SelfSigned, self_signed
from tests.pipeline.wire import Heard, Said, serving

pytestmark = pytest.mark.engine

USER, PASSWORD = "barista", "pa55word"
# bcrypt of the password, which is the one form that the registry takes.
HTPASSWD = f"{USER}:$2b$05$abcdefghijklmnopqrstuur.ZxEKly2fYX6K.hrvYXsoEaKgtr95a\n"
OCI = "application/vnd.oci.image"
DOCKER = "application/vnd.docker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A registry, and what its pushers send along."""

    host: str
    headers: dict[str, str]

    def blob(self, repository: str, content: bytes) -> dict[str, Any]:
        """Push one; its descriptor, but for the type."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        begun = requests.post(f"http://{self.host}/v2/{repository}/blobs/uploads/", headers=self.headers, timeout=30)
        assert begun.status_code == 202, begun.text
        url = f"{begun.headers['Location']}{'&' if '?' in begun.headers['Location'] else '?'}digest={digest}"
        done = requests.put(url, data=content, headers={"Content-Type": "application/octet-stream", **self.headers}, timeout=30)
        assert done.status_code == 201, done.text
        return {"digest": digest, "size": len(content)}

    def manifest(self, repository: str, reference: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        """Push one under a tag or a digest; its descriptor, of which the digest is that of its bytes."""
        body = json.dumps({"schemaVersion": 2, "mediaType": kind, **value}, indent=3).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        url = f"http://{self.host}/v2/{repository}/manifests/{reference or digest}"
        done = requests.put(url, data=body, headers={"Content-Type": kind, **self.headers}, timeout=30)
        assert done.status_code == 201, done.text
        return {"mediaType": kind, "digest": digest, "size": len(body)}

    def image(self, repository: str, reference: str, *, oci: bool = True, architecture: str = "amd64") -> dict[str, Any]:
        """Push a tiny one."""
        config = self.blob(
            repository, json.dumps({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
        )
        layer = self.blob(repository, architecture.encode())
        types = (f"{OCI}.manifest.v1+json", f"{OCI}.config.v1+json", f"{OCI}.layer.v1.tar+gzip")
        if not oci:
            types = (f"{DOCKER}.distribution.manifest.v2+json", f"{DOCKER}.container.image.v1+json", f"{DOCKER}.image.rootfs.diff.tar.gzip")
        value = {"config": {"mediaType": types[1], **config}, "layers": [{"mediaType": types[2], **layer}]}
        return self.manifest(repository, reference, types[0], value)


def asked(host: str, *, login: bool = False) -> Registries:
    """Registries as docker is logged in there, or not."""
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    content = {"auths": {host: {"auth": auth}}} if login else {}
    return Registries(config=DockerConfig(file=Path("config.json"), content=content, environment={}))


@contextmanager
def registry(directory: Path, **auth: Any) -> Iterator[Running]:
    """The real thing, on a port of its own."""
    program, port = server("docker-registry", package="docker-registry"), free_port()
    (directory / "store").mkdir()
    config = {
        "version": "0.1",
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(directory / "store")}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": "of-this-test"},
        **({"auth": auth} if auth else {}),
    }
    file = directory / "config.yml"
    file.write_text(document(config), encoding="utf-8")

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5):
                return True
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            return False

    with running([program, "serve", file], ready=ready, log=directory / "log", cwd=directory):
        yield Running(host=f"127.0.0.1:{port}", headers={})


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One without credentials, for several tests."""
    with registry(tmp_path_factory.mktemp("registry")) as made:
        yield made


@pytest.mark.parametrize("oci", [True, False])
def test_an_image_for_one_architecture(open_registry: Running, oci: bool) -> None:
    """The digest is that of the bytes that were pushed, of OCI's types and of Docker's."""
    pushed = open_registry.image("team/coffee", f"order-{oci}", oci=oci)
    assert asked(open_registry.host).digest_of(f"{open_registry.host}/team/coffee", f"order-{oci}") == pushed["digest"]


@pytest.mark.parametrize("kind", [f"{OCI}.index.v1+json", f"{DOCKER}.distribution.manifest.list.v2+json"])
def test_an_image_for_several_architectures(open_registry: Running, kind: str) -> None:
    """The digest is the index's, not that of the image for the machine that asks."""
    parts = []
    for architecture in ("amd64", "arm64"):
        part = open_registry.image("coffee", "", oci=kind.startswith(OCI), architecture=architecture)
        parts.append({**part, "platform": {"architecture": architecture, "os": "linux"}})
    pushed = open_registry.manifest("coffee", "order-4f2a", kind, {"manifests": parts})
    found = asked(open_registry.host).digest_of(f"{open_registry.host}/coffee", "order-4f2a")
    assert found == pushed["digest"]
    assert found not in {part["digest"] for part in parts}


def test_a_tag_that_moved(open_registry: Running) -> None:
    """What it is today."""
    first = open_registry.image("moving", "latest")
    second = open_registry.image("moving", "latest", architecture="arm64")
    assert first["digest"] != second["digest"]
    assert asked(open_registry.host).digest_of(f"{open_registry.host}/moving", "latest") == second["digest"]


def test_what_is_not_there(open_registry: Running) -> None:
    """A tag and a repository are told apart, though this registry calls both an unknown manifest."""
    open_registry.image("tea", "green")
    with pytest.raises(RegistryError) as no_tag:
        asked(open_registry.host).digest_of(f"{open_registry.host}/tea", "black")
    with pytest.raises(RegistryError) as no_repository:
        asked(open_registry.host).digest_of(f"{open_registry.host}/cocoa", "black")
    assert (no_tag.value.why, no_repository.value.why) == (Why.NO_TAG, Why.NO_REPOSITORY)


def test_a_name_and_a_password(tmp_path: Path) -> None:
    """Found with them; refused without, with the command to run."""
    (tmp_path / "htpasswd").write_text(HTPASSWD, encoding="utf-8")
    with registry(tmp_path, htpasswd={"realm": "here", "path": str(tmp_path / "htpasswd")}) as made:
        auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        pushed = Running(host=made.host, headers={"Authorization": f"Basic {auth}"}).image("coffee", "order-4f2a")
        assert asked(made.host, login=True).digest_of(f"{made.host}/coffee", "order-4f2a") == pushed["digest"]
        with pytest.raises(RegistryError, match=rf"401 \(authentication required\); run `docker login {made.host}`") as error:
            asked(made.host).digest_of(f"{made.host}/coffee", "order-4f2a")
    assert error.value.why is Why.DENIED


def test_a_signed_token(tmp_path: Path) -> None:
    """The registry names a token server, which signs what a user may do; the registry checks signature and scope."""
    signer = self_signed()
    (tmp_path / "roots.pem").write_bytes(signer.certificate.public_bytes(serialization.Encoding.PEM))
    heard: list[Heard] = []

    def tokens(one: Heard) -> Said:
        heard.append(one)
        query = parse_qs(one.query)
        right = one.headers.get("authorization") == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        _, name, actions = query["scope"][0].split(":")
        access = [{"type": "repository", "name": name, "actions": actions.split(",")}] if right else []
        body = {"token": _signed(signer, {"aud": query["service"][0], "access": access}), "expires_in": 300}
        return Said(status=200, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())

    with serving(tokens) as url:
        token = {"realm": f"{url}/token", "service": "coffee-registry", "issuer": "here", "rootcertbundle": str(tmp_path / "roots.pem")}
        with registry(tmp_path, token=token) as made:
            everything = [{"type": "repository", "name": "coffee", "actions": ["pull", "push"]}]
            pusher = _signed(signer, {"aud": "coffee-registry", "access": everything})
            pushed = Running(host=made.host, headers={"Authorization": f"Bearer {pusher}"}).image("coffee", "order-4f2a")
            assert asked(made.host, login=True).digest_of(f"{made.host}/coffee", "order-4f2a") == pushed["digest"]
            assert parse_qs(heard[0].query) == {"service": ["coffee-registry"], "scope": ["repository:coffee:pull"]}
            with pytest.raises(RegistryError) as error:
                asked(made.host).digest_of(f"{made.host}/coffee", "order-4f2a")
    assert error.value.why is Why.DENIED
    assert "answers 401 (authentication required); run `docker login" in str(error.value)


def _signed(signer: SelfSigned, claims: dict[str, Any]) -> str:
    """A token as https://distribution.github.io/distribution/spec/auth/jwt/ has it, with ES256."""

    def packed(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    certificate = base64.b64encode(signer.certificate.public_bytes(serialization.Encoding.DER)).decode()
    now = int(time.time())
    head = {"typ": "JWT", "alg": "ES256", "x5c": [certificate]}
    body = {"iss": "here", "sub": USER, "nbf": now - 60, "iat": now, "exp": now + 300, "jti": str(time.time_ns()), **claims}
    text = f"{packed(json.dumps(head).encode())}.{packed(json.dumps(body).encode())}"
    r, s = decode_dss_signature(signer.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{packed(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
