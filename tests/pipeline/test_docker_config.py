"""Docker's own credentials: as `docker login` writes them, as helpers answer, and as neither should."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from crema.pipeline import docker_config
from crema.pipeline.docker_config import DockerConfig, Login
from crema.pipeline.registry_error import RegistryError, Why
from tests.pipeline.registry_stand_in import PASSWORD, basic
from tests.pipeline.told import told

HOST = "registry.example.com:5000"
LOGIN = Login(username="AWS", password=PASSWORD)


def read(directory: Path, content: object, **environment: str) -> DockerConfig:
    """A configuration with this content, and helpers from ``directory/bin``."""
    (directory / "config.json").write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    found = f"{directory / 'bin'}:{os.environ['PATH']}"
    return DockerConfig.read({"DOCKER_CONFIG": str(directory), "PATH": found, **environment})


def helper(directory: Path, name: str, script: str) -> None:
    """A program `docker-credential-<name>`."""
    file = directory / "bin" / f"docker-credential-{name}"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize("key", [HOST, f"https://{HOST}", f"https://{HOST}/v1/", f"http://{HOST}/v2/", f"{HOST}/v2"])
def test_what_docker_login_wrote(tmp_path: Path, key: str) -> None:
    """Under the host, or one of the URLs that older ones wrote."""
    config = read(tmp_path, {"auths": {"other.example.com": {"auth": basic("x", "y")}, key: {"auth": basic()}}})
    assert config.login(HOST) == LOGIN
    assert config.login("registry.example.com") is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": basic()}, LOGIN),
        ({"auth": basic("AWS", f"{PASSWORD}\0\0")}, LOGIN),
        ({"username": "AWS", "password": PASSWORD}, LOGIN),
        ({"auth": basic("0000", ""), "identitytoken": "t"}, Login(username="0000", password="", identity_token="t")),
        ({"identitytoken": "t"}, Login(username="", password="", identity_token="t")),
        ({}, None),
        ({"auth": ""}, None),
        ({"email": "a@example.com"}, None),
    ],
)
def test_an_entry(tmp_path: Path, entry: dict[str, str], expected: Login | None) -> None:
    """Name and password, padded as docker pads them, or an identity token; an empty one is nobody's."""
    assert read(tmp_path, {"auths": {HOST: entry}}).login(HOST) == expected


def test_docker_hub_has_a_name_of_its_own(tmp_path: Path) -> None:
    """In the file and for helpers, whatever the host that is asked."""
    key = "https://index.docker.io/v1/"
    assert read(tmp_path, {"auths": {key: {"auth": basic()}}}).login("docker.io") == LOGIN
    helper(tmp_path, "hub", f"""read asked; [ "$asked" = {key} ] && printf '{{"Username": "AWS", "Secret": "{PASSWORD}"}}'""")
    assert read(tmp_path, {"credHelpers": {key: "hub"}}).login("docker.io") == LOGIN
    assert read(tmp_path, {"credHelpers": {"docker.io": "hub"}}).login("docker.io") == LOGIN


def test_a_helper_is_asked_as_docker_asks_it(tmp_path: Path) -> None:
    """`get`, the host on its standard input, JSON on its output; the one for this registry before the store."""
    answer = f'{{"ServerURL": "{HOST}", "Username": "AWS", "Secret": "{PASSWORD}"}}'
    helper(tmp_path, "ecr-login", f"""[ "$1" = get ] && read asked || true; [ "$asked" = {HOST} ] && printf '{answer}'""")
    helper(tmp_path, "desktop", """printf '{"Username": "<token>", "Secret": "1dentity"}'""")
    config = read(tmp_path, {"auths": {HOST: {}}, "credsStore": "desktop", "credHelpers": {HOST: "ecr-login"}})
    assert config.login(HOST) == LOGIN
    assert config.login("ghcr.io") == Login(username="", password="", identity_token="1dentity")


def test_a_helper_that_knows_nobody(tmp_path: Path) -> None:
    """Is no mistake: docker would ask without a name, and so is it here."""
    helper(tmp_path, "desktop", "echo 'credentials not found in native keychain'; exit 1")
    assert read(tmp_path, {"credsStore": "desktop", "auths": {HOST: {"auth": basic()}}}).login(HOST) is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'error getting credentials: pa55:wörd'; exit 1", "ended with status 1"),
        ("echo pa55:wörd", "answers without them"),
        ("""printf '{"Username": "AWS", "Secret": ""}'""", "answers without them"),
        ("""printf '["pa55:wörd"]'""", "answers without them"),
        ('printf \'{"Username": "AWS", "Secret": "pa55:wörd\'', "answers without them"),
        ("kill -9 $$", "ended with status -9"),
    ],
)
def test_a_helper_that_fails(tmp_path: Path, script: str, why: str) -> None:
    """Its name and how to try it are said; what it said is not, for it may be half a password."""
    helper(tmp_path, "broken", script)
    config = read(tmp_path, {"credsStore": "broken"})
    with pytest.raises(RegistryError) as error:
        config.login(HOST)
    assert error.value.why is Why.CREDENTIALS
    assert str(error.value) == (
        f"docker-credential-broken has no credentials for {HOST}: it {why};"
        f" try `echo {HOST} | docker-credential-broken get`, or take it out of {tmp_path / 'config.json'}"
    )
    assert [text for text in told(error.value) if "pa55" in text] == []


def test_a_helper_that_is_not_there(tmp_path: Path) -> None:
    """It is named in a file that came from another machine."""
    with pytest.raises(RegistryError, match=r"docker-credential-osxkeychain has no credentials for .*: it is not on PATH; try"):
        read(tmp_path, {"credsStore": "osxkeychain"}).login(HOST)


def test_a_helper_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended with everything that it started; the output of those who outlive it is not waited for."""
    monkeypatch.setattr(docker_config, "_SECONDS", 0.5)
    helper(tmp_path, "slow", f"sleep 60 & echo $! > {tmp_path / 'child'}; wait")
    began = time.monotonic()
    with pytest.raises(RegistryError, match=r"docker-credential-slow has no credentials for .*: it gave no answer within 0 s"):
        read(tmp_path, {"credsStore": "slow"}).login(HOST)
    assert time.monotonic() - began < 30
    child = Path("/proc") / (tmp_path / "child").read_text(encoding="utf-8").strip() / "stat"
    deadline = time.monotonic() + 20
    while child.exists() and child.read_text(encoding="utf-8").split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not child.exists() or child.read_text(encoding="utf-8").split()[2] == "Z"


@pytest.mark.parametrize("name", ["../../bin/sh", "a b", "", 7, "-x"])
def test_a_helper_whose_name_is_none(tmp_path: Path, name: object) -> None:
    """A path is not a name: nothing is started."""
    config = read(tmp_path, {"credHelpers": {HOST: name}})
    if name == "":
        assert config.login(HOST) is None
        return
    with pytest.raises(RegistryError, match="has no name that a program could have"):
        config.login(HOST)


def test_no_configuration_is_nobody(tmp_path: Path) -> None:
    """As on a machine without docker; without HOME too."""
    for environment in ({"DOCKER_CONFIG": str(tmp_path)}, {"HOME": str(tmp_path)}, {"DOCKER_CONFIG": str(tmp_path / "a" / "b")}):
        assert DockerConfig.read(environment).login(HOST) is None


def test_the_place_of_the_configuration(tmp_path: Path) -> None:
    """Below the home directory, where DOCKER_CONFIG names no other directory."""
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"auths": {HOST: {"auth": basic()}}}), encoding="utf-8")
    assert DockerConfig.read({"HOME": str(tmp_path)}).login(HOST) == LOGIN
    assert DockerConfig.read({"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path)}).login(HOST) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"auths": {"h": {"auth": "pa55', "is not JSON; mend it, or set DOCKER_CONFIG to the directory of another"),
        ("[]", "holds no object; mend it"),
        ("[" * 100_000, "is not JSON; mend it"),
        ({"auths": {HOST: {"auth": "pa55"}}}, f"auths has for {HOST} no base64 of NAME:PASSWORD; run `docker login {HOST}` again"),
        ({"auths": {HOST: {"auth": "cGE1NQ=="}}}, f"auths has for {HOST} no base64 of NAME:PASSWORD"),
    ],
)
def test_a_configuration_that_is_broken(tmp_path: Path, content: Any, said: str) -> None:
    """The file and what to do are said, what stands in it is not."""
    with pytest.raises(RegistryError) as error:
        read(tmp_path, content).login(HOST)
    assert error.value.why is Why.CREDENTIALS
    assert str(tmp_path / "config.json") in str(error.value)
    assert said in str(error.value)
    assert [text for text in told(error.value) if "pa55" in text] == []


@pytest.mark.parametrize("content", [{"auths": 7}, {"auths": {HOST: 7}}, {"credHelpers": [], "credsStore": None}])
def test_what_is_of_another_shape_is_nobody(tmp_path: Path, content: object) -> None:
    """There is nothing that could be sent."""
    assert read(tmp_path, content).login(HOST) is None


def test_nothing_shows_a_secret(tmp_path: Path) -> None:
    """Neither a login nor a configuration prints what it keeps."""
    config = read(tmp_path, {"auths": {HOST: {"auth": basic(), "identitytoken": "1dentity"}}})
    shown = repr(config) + repr(config.login(HOST))
    assert [secret for secret in (PASSWORD, basic(), "1dentity") if secret in shown] == []
    assert LOGIN.hidden(f"{PASSWORD} and {basic()}") == "*** and ***"
