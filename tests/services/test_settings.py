"""What a back end is told by its environment, and what it says when that cannot be."""

from __future__ import annotations

import json
import logging
import os
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.back_end.logs import JsonLines
from services.back_end.settings import Misconfigured, read
from tests.services import cluster

_URLS = {"order": ("INVENTORY_SERVICE_URL", "BILLING_SERVICE_URL"), "inventory": ("BILLING_SERVICE_URL",), "billing": ()}


def _told(app: str) -> dict[str, str]:
    return cluster.variables(app, {("mysql-secret", "password"): "p"})


@pytest.mark.parametrize("app", _URLS)
def test_a_service_reads_every_variable_of_its_deployment_and_no_other(app: str) -> None:
    """Each of them is missed when it is missing, and none is set that nobody reads."""
    told = _told(app)
    settings = read(app, _URLS[app], told)
    assert settings.root_path == f"/api/{app}"
    assert (settings.database.host, settings.database.name) == ("mysql", "coffee_machine")
    with pytest.raises(Misconfigured) as missed:
        read(app, _URLS[app], {})
    assert [part.split(" is missing")[0].split()[-1] for part in str(missed.value).split("; ")] == sorted(told, key=str(missed.value).index)
    assert str(missed.value).count(" is missing: ") == len(told)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ROOT_PATH", "api/order", "a path such as /api/order, without a slash at the end, not 'api/order'"),
        ("ROOT_PATH", "/api/order/", "not '/api/order/'"),
        ("ROOT_PATH", "/", "not '/'"),
        ("ROOT_PATH", "/api/{order}", "not '/api/{order}'"),
        ("ROOT_PATH", "", "without a slash at the end, not empty"),
        ("DB_HOST", "mysql:3306", "the name of a host, without a port, not 'mysql:3306'"),
        ("DB_HOST", "my sql", "not 'my sql'"),
        ("DB_HOST", "a..b", "not 'a..b'"),
        ("DB_HOST", "ä", r"not '\xe4'"),
        ("DB_USER", "", "the name of an account, not empty"),
        ("DB_NAME", "a\nb", r"the name of a database, not 'a\nb'"),
        ("DB_PASSWORD", "", "a password, not empty"),
        ("DB_PASSWORD", "secret\0", "a password, not its value"),
        ("BILLING_SERVICE_URL", "billing", "an http:// URL without a slash at the end, not 'billing'"),
        ("BILLING_SERVICE_URL", "http://billing/", "not 'http://billing/'"),
        ("BILLING_SERVICE_URL", "http://billing:port", "not 'http://billing:port'"),
        ("BILLING_SERVICE_URL", "http://billing:0", "not 'http://billing:0'"),
        ("BILLING_SERVICE_URL", "http://billing:70000", "not 'http://billing:70000'"),
        ("BILLING_SERVICE_URL", "http://a:b@billing", "not 'http://a:b@billing'"),
        ("BILLING_SERVICE_URL", "http://billing?", "not 'http://billing?'"),
        ("BILLING_SERVICE_URL", "http://billing/a b", "not 'http://billing/a b'"),
        ("BILLING_SERVICE_URL", "ftp://billing", "not 'ftp://billing'"),
        ("BILLING_SERVICE_URL", "http://", "not 'http://'"),
    ],
)
def test_a_variable_that_cannot_be_is_named_with_its_value(variable: str, value: str, message: str) -> None:
    """The value of a password is not shown, whatever is wrong with it."""
    with pytest.raises(Misconfigured) as wrong:
        read("order", _URLS["order"], {**_told("order"), variable: value})
    assert str(wrong.value).startswith(f"order cannot start: {variable} is malformed: ")
    assert str(wrong.value).endswith(message)
    assert "secret" not in str(wrong.value)


_PASSWORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(_PASSWORDS)
@example("☕")
def test_any_password_reaches_the_server_as_it_was_set(password: str) -> None:
    """Byte for byte, in UTF-8; and settings that are shown do not show it."""
    settings = read("billing", (), {**_told("billing"), "DB_PASSWORD": password})
    assert settings.database.password == password.encode()
    assert "password" not in repr(settings)


@given(st.binary(min_size=1).filter(lambda raw: 0 not in raw))
@example(b"\xff\xfe")
def test_a_password_that_is_no_text_does_too(raw: bytes) -> None:
    """A Secret holds bytes."""
    settings = read("billing", (), {**_told("billing"), "DB_PASSWORD": os.fsdecode(raw)})
    assert settings.database.password == raw


@given(st.text(), st.dictionaries(st.sampled_from(["method", "path"]), st.text() | st.integers()))
@example("\ud800\n\r\u2028\x00", {"path": "\udcff"})
def test_any_record_is_one_line_of_json(message: str, request: dict[str, object]) -> None:
    """Whatever is in it: one line, plain ASCII, read back as it was."""
    record = logging.makeLogRecord({"msg": "%s", "args": (message,), "levelname": "INFO", "name": "x", "request": request})
    line = JsonLines("order").format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line).items() >= {"message": message, **request}.items()


def test_what_broke_is_in_the_same_line() -> None:
    """A traceback has many lines, and a record is one."""
    try:
        raise RuntimeError("no\nway")
    except RuntimeError:
        record = logging.makeLogRecord({"msg": "broke", "levelname": "ERROR", "exc_info": sys.exc_info()})
    said = json.loads(JsonLines("order").format(record))
    assert said["level"] == "error"
    assert "RuntimeError: no\nway" in said["exception"]
