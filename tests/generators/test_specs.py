"""Laws of specs: whatever is written into a field, the answer is a list of mistakes, each one sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crema.generators import (
    AlertSpec,
    CallSpec,
    DatasourceSpec,
    GrafanaDatasourcesSpec,
    Mistake,
    MySQLSpec,
    NetworkPoliciesSpec,
    NginxSpec,
    PrometheusRuleSpec,
    ResourcesSpec,
    RuleGroupSpec,
    SecretKeySpec,
    Spec,
    WebServiceSpec,
    rule,
)
from crema.generators.checks import DnsLabel, Port
from tests.strategies import (
    HOSTILE,
    BadEqual,
    BadMapping,
    BadRepr,
    TwoLines,
    alert_matchers,
    alert_tests,
    alertmanager_configs,
    any_spec,
    routes,
)

_WEB: dict[str, Any] = {"name": "w", "image": "w:1", "port": 8000, "health": "/h"}
_SECRET = SecretKeySpec(name="db", key="password")
_MYSQL: dict[str, Any] = {"name": "db", "image": "m:1", "database": "d", "user": "u", "storage": "1Gi"}
_MYSQL |= {"password": _SECRET, "root_password": SecretKeySpec(name="db", key="root")}
_ALERT: dict[str, Any] = {"alert": "A", "expr": "up", "severity": "info", "summary": "s", "description": "d"}
_SOURCE: dict[str, Any] = {"name": "n", "uid": "u", "type": "loki", "url": "http://loki"}


def _said(spec: Spec) -> list[str]:
    return [mistake.message for mistake in spec.mistakes()]


@given(st.one_of(any_spec, alertmanager_configs, routes, alert_matchers, alert_tests), st.data())
@settings(max_examples=25, deadline=None)
def test_anything_in_any_field_gives_mistakes_and_never_an_exception(spec: Spec, data: st.DataObject) -> None:
    """Each mistake is one printable line of bounded length at a known line; and what was right stays right."""
    name = data.draw(st.sampled_from([f.name for f in fields(spec) if f.name != "source"]))
    for value in HOSTILE:
        given_anything: dict[str, Any] = {name: value}
        for mistake in replace(spec, **given_anything).mistakes():
            assert mistake.message.isprintable()
            assert len(mistake.message) < 1000
            assert Path(mistake.file).is_file()
            assert mistake.line > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerSpec(Spec):
    name: DnsLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSpec(Spec):
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base(Spec):
    """One field of each kind of annotation."""

    name: DnsLabel = "n"
    count: int = 1
    on: bool = False
    text: str = ""
    folder: Path = Path()
    port: Port | None = None
    number_or_text: int | str = 1
    inner: InnerSpec | OtherSpec = field(default_factory=lambda: InnerSpec(name="i"))
    only: InnerSpec = field(default_factory=lambda: InnerSpec(name="i"))
    inners: tuple[InnerSpec, ...] = ()
    named: Mapping[DnsLabel, Port] = field(default_factory=dict)
    level: Literal["low", "high"] = "low"
    anything: Any = None
    token: DnsLabel = "t"

    @rule("name", "count")
    def _first(self) -> Iterator[Mistake]:
        if self.count == 13:
            yield self.mistake("count", "another number", self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Derived(_Base):
    @rule("count")
    def _second(self) -> Iterator[Mistake]:
        if self.count == 13:
            yield self.mistake("count", "really another number", self.count)
        if self.count == 14:
            raise ZeroDivisionError

    @rule("inners")
    def _third(self) -> Iterator[Mistake]:
        assert all(inner.name for inner in self.inners)
        return iter(())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, []),
        ({"count": True}, ["count is True; it must be a whole number"]),
        ({"count": 1.0}, ["count is 1.0; it must be a whole number"]),
        ({"on": 1}, ["on is 1; it must be True or False"]),
        ({"on": None}, ["on is None; it must be True or False"]),
        ({"text": 1}, ["text is 1; it must be a text"]),
        ({"folder": "a"}, ["folder is 'a'; it must be a Path"]),
        ({"port": None, "number_or_text": "a", "inner": OtherSpec(size=1), "anything": object()}, []),
        ({"port": 0}, ["port is 0; it must be a port: a whole number from 1 to 65535"]),
        ({"number_or_text": None}, ["number_or_text is None; it must be a whole number"]),
        ({"name": None}, ["name is None; it must be a DNS label"]),
        ({"inner": None}, ["inner is None; it must be an InnerSpec or an OtherSpec"]),
        ({"inner": OtherSpec(size="a")}, ["Other 'a': size is 'a'; it must be a whole number"]),  # type: ignore[arg-type]  # on purpose
        ({"only": OtherSpec(size=1)}, ["only is an OtherSpec; it must be an InnerSpec"]),
        ({"only": InnerSpec(name="B")}, ["Inner 'B': name is 'B'; it must be a DNS label"]),
        ({"inners": [1]}, ["inners is [1]; it must be a tuple: (a, b) or, with one element, (a,)"]),
        ({"inners": (1, InnerSpec(name=""), None)}, ["inners is 1; it must be an InnerSpec", "Inner '': name is ''", "inners is None"]),
        ({"named": [1]}, ["named is [1]; it must be a mapping: {name: value}"]),
        ({"named": {"A": 1, "b": 0}}, ["named is 'A'; it must be a DNS label", "named['b'] is 0; it must be a port"]),
        ({"level": "hihg"}, ["level is 'hihg'; it must be low or high (did you mean high?)"]),
        ({"level": []}, ["level is []; it must be low or high"]),
        ({"level": 1}, ["level is 1; it must be low or high"]),
        ({"count": 13}, ["count is 13; it must be really another number", "count is 13; it must be another number"]),
        ({"count": 13, "name": ""}, ["name is ''; it must be a DNS label", "count is 13; it must be really another number"]),
        ({"count": 14}, ["its rule _second raises ZeroDivisionError; mend that rule"]),
        ({"token": "hunter2!"}, ["token is a value that is not shown here; it must be a DNS label"]),
        ({"text": BadRepr()}, ["text is a BadRepr that cannot be shown; it must be a text"]),
        ({"text": TwoLines()}, ["text is ??a; it must be a text"]),
        ({"text": ["a" * 200]}, ["text is ['" + "a" * 75 + "…]; it must be a text"]),
        ({"named": BadMapping(a=1)}, ["named is {'a': 1}; it must be a value that can be read (this one raises OSError)"]),
    ],
)
def test_each_kind_of_annotation_says_what_it_wants(value: dict[str, Any], said: list[str]) -> None:
    """Wrong types, wrong elements, wrong keys, the wrong spec; then the rules of every class, where what they read is right."""
    found = _said(_Derived(**value))
    assert len(found) == len(said), found
    for message, expected in zip(found, said, strict=True):
        assert expected in message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unreadable(Spec):
    name: "NoSuchType"  # type: ignore[name-defined]  # noqa: F821 - what a platform's author may have forgotten to import


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unchecked(Spec):
    names: list[str]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (_Unreadable(name="n"), "_Unreadable 'n': its annotations cannot be read: name 'NoSuchType' is not defined"),
        (_Unchecked(names=[]), "_Unchecked: names is []; it must be annotated with something that specs can check, not list[str]"),
    ],
)
def test_a_class_that_cannot_be_checked_is_a_mistake(spec: Spec, said: str) -> None:
    """A platform's own spec with an annotation nobody knows is not taken for right."""
    assert _said(spec) == [said]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (WebServiceSpec(**{**_WEB, "port": 1023}), "port is 1023; it must be above 1023, since the container does not run as root"),
        (WebServiceSpec(**_WEB, run_as_user=0), "run_as_user is 0; it must be a whole number from 1 to 2147483647"),
        (WebServiceSpec(**_WEB, env={"ROOT_PATH": "/"}), "env is 'ROOT_PATH'; it must be without ROOT_PATH, which root_path sets"),
        (WebServiceSpec(**_WEB, secret_env={"ROOT_PATH": _SECRET}), "it must be without ROOT_PATH, which root_path sets"),
        (
            WebServiceSpec(**_WEB, env={"A": ""}, secret_env={"A": _SECRET}),
            "is a SecretKeySpec; it must be without A, which env sets already",
        ),
        (WebServiceSpec(**_WEB, writable_paths=("/a", "/a")), "it must be free of repetitions"),
        (
            WebServiceSpec(**_WEB, calls=(CallSpec(app="a", port=1), CallSpec(app="a", port=2))),
            "it must be a callee that w does not declare",
        ),
        (
            NetworkPoliciesSpec(name="w", port=1, calls=(CallSpec(app="a", port=1),) * 2),
            "must be a callee that w does not declare already",
        ),
        (ResourcesSpec(memory="193Mi"), "memory is '193Mi'; it must be at most memory_limit, which is '192Mi'"),
        (MySQLSpec(**{**_MYSQL, "name": "a" * 53}), "it must be at most 52 characters"),
        (MySQLSpec(**{**_MYSQL, "user": "root"}), "user is 'root'; it must be an account other than root"),
        (MySQLSpec(**{**_MYSQL, "database": "MySQL"}), "database is 'MySQL'; it must be a database other than the server's own"),
        (MySQLSpec(**{**_MYSQL, "root_password": _SECRET}), "it must be another key than the application's password"),
        (MySQLSpec(**_MYSQL, buffer_pool="769M"), "buffer_pool is '769M'; it must be well below memory_limit, which is '768Mi'"),
        (MySQLSpec(**_MYSQL, init_sql={"a.sh": "x"}), "init_sql is 'a.sh'; it must be keyed by file names such as 1-tables.sql"),
        (MySQLSpec(**_MYSQL, init_sql={"a.sql": "é" * 2**19}), "it must be at most 1 MiB, which is all a ConfigMap holds"),
        (AlertSpec(**_ALERT, labels={"severity": "x"}), "it must be without severity, which has a field of its own"),
        (AlertSpec(**_ALERT, annotations={"summary": "x"}), "it must be without summary, which has a field of its own"),
        (RuleGroupSpec(name="g", rules=(AlertSpec(**_ALERT),) * 2), "alert is 'A'; it must be a name that group g does not have already"),
        (
            PrometheusRuleSpec(name="p", groups=(RuleGroupSpec(name="g", rules=()),) * 2),
            "name is 'g'; it must be a name that no other",
        ),
        (
            GrafanaDatasourcesSpec(name="g", datasources=(DatasourceSpec(**_SOURCE), DatasourceSpec(**{**_SOURCE, "uid": "v"}))),
            "name is 'n'; it must be a name that no other datasource has",
        ),
        (
            GrafanaDatasourcesSpec(name="g", datasources=(DatasourceSpec(**_SOURCE), DatasourceSpec(**{**_SOURCE, "name": "m"}))),
            "uid is 'u'; it must be a uid that no other datasource has",
        ),
        (DatasourceSpec(**_SOURCE, json_data={"a": object()}), "it must be plain data (/jsonData/a is a object"),
        (SecretKeySpec(name="hunter2!", key="k"), "SecretKey: name is a value that is not shown here; it must be a DNS name"),
        (SecretKeySpec(name="db", key="hunter 2"), "SecretKey: key is a value that is not shown here; it must be a key of a Secret"),
        (WebServiceSpec(**_WEB, env={"A": "", "B": BadEqual()}), "env['B'] is <tests.strategies.BadEqual object at"),  # type: ignore[dict-item]  # on purpose
        (NginxSpec(class_name=1), "Nginx: class_name is 1; it must be a DNS name"),  # type: ignore[arg-type]  # on purpose
    ],
)
def test_each_rule_says_what_does_not_fit_together(spec: Spec, said: str) -> None:
    """One mistake for one broken rule."""
    (message,) = _said(spec)
    assert said in message


@pytest.mark.parametrize(
    "spec",
    [
        WebServiceSpec(**{**_WEB, "port": 1024}),
        WebServiceSpec(**_WEB, calls=(CallSpec(app="a", port=1), CallSpec(app="a", port=1, namespace="other"))),
        ResourcesSpec(memory="192Mi"),
        MySQLSpec(**{**_MYSQL, "name": "a" * 52}, buffer_pool="767M", init_sql={"1.sql": "x"}),
        MySQLSpec(**{**_MYSQL, "root_password": SecretKeySpec(name="other", key="password")}),
    ],
)
def test_what_only_just_fits_together_is_right(spec: Spec) -> None:
    """The rules refuse nothing that works."""
    assert _said(spec) == []
