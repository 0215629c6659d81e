"""Hypothesis strategies for specs and for the data they hold, composed bottom-up. Everything drawn here is right by every check."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.builders import loki, prometheus, tempo, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard, DataSourceRef
from hypothesis import strategies as st

from crema.generators import (
    AlbSpec,
    AlertmanagerConfigSpec,
    AlertSpec,
    AlertTestSpec,
    ApplicationSpec,
    AppProjectSpec,
    AwsSecretStoreSpec,
    CallSpec,
    DatasourceSpec,
    DirectorySpec,
    EcrPullSecretSpec,
    FiringSpec,
    GeneratedPasswordSpec,
    GrafanaDashboardSpec,
    GrafanaDatasourcesSpec,
    HelmChartSpec,
    IngressRouteSpec,
    InhibitSpec,
    KindClusterSpec,
    MatcherSpec,
    MySQLBackupSpec,
    MySQLSpec,
    NamespaceSpec,
    NginxSpec,
    NullReceiverSpec,
    PrometheusRuleSpec,
    RemoteRefSpec,
    ResourcesSpec,
    RouteSpec,
    RuleGroupSpec,
    SecretKeySpec,
    SlackReceiverSpec,
    Spec,
    StoredSecretSpec,
    SuppliedSecretSpec,
    TraefikSpec,
    WebServiceSpec,
)

service_names = st.from_regex(r"[a-z]([-a-z0-9]{0,10}[a-z0-9])?", fullmatch=True)
labels = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?", fullmatch=True)
variables = st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "ROOT_PATH")
paths = st.one_of(st.just("/"), st.from_regex(r"(/[A-Za-z0-9._\-]{1,8}){1,4}", fullmatch=True))
hosts = st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,2}\.[a-z]{2,8}", fullmatch=True)
ports = st.integers(1024, 65535)
images = st.from_regex(r"registry\.example\.com/[a-z]{1,8}:[a-z0-9]{1,8}\.1", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40).filter(str.strip)
secret_keys = st.builds(SecretKeySpec, name=labels, key=st.from_regex(r"[a-z]{1,8}", fullmatch=True))
cidrs = st.integers(0, 255).map(lambda n: f"10.{n}.0.0/16")
resources = st.sampled_from([ResourcesSpec(), ResourcesSpec(cpu="0.5", memory="64Mi", memory_limit="1Gi")])
calls = st.lists(
    st.builds(CallSpec, app=labels, port=ports, namespace=st.none() | labels), max_size=4, unique_by=lambda c: (c.app, c.namespace)
).map(tuple)


@st.composite
def web_services(draw: st.DrawFn) -> WebServiceSpec:
    """A web service with any of its options."""
    env = draw(st.dictionaries(variables, texts, max_size=3))
    secret_env = {k: v for k, v in draw(st.dictionaries(variables, secret_keys, max_size=2)).items() if k not in env}
    return WebServiceSpec(
        name=draw(service_names),
        image=draw(images),
        port=draw(ports),
        health=draw(paths),
        root_path=draw(paths),
        service_port=draw(st.integers(1, 65535)),
        node_port=draw(st.none() | st.integers(30000, 32767)),
        replicas=draw(st.integers(1, 5)),
        env=env,
        secret_env=secret_env,
        resources=draw(resources),
        calls=draw(calls),
        admit_cidrs=tuple(draw(st.lists(cidrs, max_size=3, unique=True))),
        writable_paths=draw(st.sampled_from([(), ("/tmp",), ("/tmp", "/var/cache/x")])),
        image_pull_secrets=draw(st.sampled_from([(), ("ecr",)])),
    )


controllers = st.one_of(
    st.builds(NginxSpec, class_name=labels, ssl_redirect=st.booleans()),
    st.builds(TraefikSpec, class_name=labels),
    st.builds(
        AlbSpec,
        certificate_arn=st.just("arn:aws:acm:eu-west-1:123456789012:certificate/x"),
        group=labels,
        scheme=st.sampled_from(["internet-facing", "internal"]),
    ),
)
ingress_routes = st.builds(
    IngressRouteSpec,
    name=labels,
    controller=controllers,
    host=hosts,
    path=paths,
    service=service_names,
    service_port=st.integers(1, 65535),
    health_path=paths,
    annotations=st.dictionaries(st.just("example.com/note"), texts, max_size=1),
)
mysqls = st.builds(
    MySQLSpec,
    name=service_names,
    image=images,
    database=st.just("shop"),
    user=st.just("app"),
    password=st.just(SecretKeySpec(name="db", key="password")),
    root_password=st.just(SecretKeySpec(name="db-root", key="password")),
    storage=st.sampled_from(["1Gi", "20Gi", "500M"]),
    storage_class=st.none() | labels,
    init_sql=st.dictionaries(st.just("1-tables.sql"), lines, max_size=1),
)
cron_fields = (
    st.sampled_from(["*", "17", "*/5", "0,30", "1-59/7", "5/10"]),
    st.sampled_from(["*", "3", "8-18", "?"]),
    st.sampled_from(["*", "1", "29", "1,15"]),
    st.sampled_from(["*", "2", "JAN-mar", "*/2"]),
    st.sampled_from(["*", "0", "mon-fri", "6"]),
)
schedules = st.sampled_from(["@daily", "@weekly"]) | st.tuples(*cron_fields).map(" ".join)
mysql_backups = st.builds(
    MySQLBackupSpec,
    name=st.from_regex(r"[a-z0-9]([-a-z0-9]{0,42}[a-z0-9])?", fullmatch=True),
    image=images,
    server=service_names,
    port=ports,
    server_app=st.none() | labels,
    database=st.just("shop"),
    user=st.just("app"),
    password=secret_keys,
    schedule=schedules,
    keep=st.integers(1, 1000),
    storage=st.sampled_from(["1Gi", "20Gi", "500M"]),
    storage_class=st.none() | labels,
    resources=resources,
    start_within=st.integers(60, 7 * 24 * 3600),
    dump_deadline=st.integers(60, 7 * 24 * 3600),
    restore_deadline=st.integers(60, 7 * 24 * 3600),
).filter(lambda spec: spec.name != (spec.server_app or spec.server))
namespaces = st.builds(
    NamespaceSpec, name=labels, pod_security=st.sampled_from(["privileged", "baseline", "restricted"]), holds_data=st.booleans()
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
json_objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, json_values, max_size=4)
# Where a link to each type of datasource may stand in the settings of another.
_LINKS: dict[str, list[Callable[[str], dict[str, Any]]]] = {
    "prometheus": [
        lambda uid: {"serviceMap": {"datasourceUid": uid}},
        lambda uid: {"tracesToMetrics": {"datasourceUid": uid, "queries": [{"query": "up{$$__tags}"}]}},
    ],
    "loki": [lambda uid: {"tracesToLogsV2": {"datasourceUid": uid}}],
    "tempo": [
        lambda uid: {"derivedFields": [{"name": "a", "url": "$${__value.raw}", "datasourceUid": uid}]},
        lambda uid: {"exemplarTraceIdDestinations": [{"name": "b"}, {"name": "c", "datasourceUid": uid}]},
    ],
}


def _no_link(_: str) -> dict[str, Any]:
    return {}


uids = st.from_regex(r"[A-Za-z0-9_\-]{1,12}", fullmatch=True)


@st.composite
def grafana_datasources(draw: st.DrawFn) -> GrafanaDatasourcesSpec:
    """Datasources whose links lead to one another, or elsewhere."""
    names = draw(st.lists(lines, max_size=4, unique=True))
    own = draw(st.lists(uids, min_size=len(names) + 1, max_size=len(names) + 1, unique=True))
    elsewhere = own.pop()
    types = draw(st.lists(st.sampled_from(sorted(_LINKS)), min_size=len(names), max_size=len(names)))
    made = []
    for name, uid, kind in zip(names, own, types, strict=True):
        settings = draw(json_objects.filter(lambda o: "$" not in str(o)))
        for target, target_kind in [*zip(own, types, strict=True), (elsewhere, "tempo")]:
            settings |= draw(st.sampled_from([_no_link, *_LINKS[target_kind]]))(target)
        default = draw(st.booleans())
        url = "http://loki.monitoring:3100"
        made.append(DatasourceSpec(name=name, uid=uid, type=kind, url=url, is_default=default, json_data=settings))
    return GrafanaDatasourcesSpec(name=draw(labels), datasources=tuple(made), elsewhere=(elsewhere,))


ASKED = tuple(DatasourceSpec(name=name, uid=name, type=name, url="http://a") for name in ("prometheus", "loki", "tempo"))
_QUERIES: dict[str, Callable[[str], Any]] = {
    "prometheus": lambda text: prometheus.Dataquery().expr(text),
    "loki": lambda text: loki.Dataquery().expr(text),
    "tempo": lambda text: tempo.TempoQuery().query_type("traceql").query(text),
}


@st.composite
def dashboards(draw: st.DrawFn) -> Dashboard:
    """A dashboard of rows and panels from left to right, each panel with queries to one datasource or to several."""
    made = sdk.Dashboard(draw(lines)).uid(draw(uids))
    width = draw(st.sampled_from([4, 6, 8, 12, 24]))
    for number in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            made.with_row(sdk.Row(draw(texts)))
        panel = timeseries.Panel().title(draw(texts)).span(width).height(draw(st.integers(1, 9)))
        if draw(st.booleans()):
            panel.id(100 + number)
        if draw(st.booleans()):
            panel.with_target(prometheus.Dataquery().expr("up").ref_id("Mine"))
        kind = draw(st.sampled_from(sorted(_QUERIES))) if panel.build().targets is None else "prometheus"
        panel.datasource(DataSourceRef(type_val=kind, uid=kind))
        for text in draw(st.lists(lines, max_size=3)):
            query = _QUERIES[kind](text)
            if draw(st.booleans()):
                query.datasource(DataSourceRef(type_val=kind, uid=kind))
            panel.with_target(query)
        made.with_panel(panel)
    return made.build()


grafana_dashboards = st.builds(
    GrafanaDashboardSpec,
    name=labels,
    dashboard=dashboards(),
    datasources=st.just(ASKED),
    folder=st.none() | st.sampled_from(["Coffee", "The shop"]),
)
# Matchers' values are any text: PromQL escapes them as JSON does.
matchers = st.builds(
    lambda label, sign, value: f"{label}{sign}{json.dumps(value, ensure_ascii=False)}",
    st.sampled_from(["job", "namespace"]),
    st.sampled_from(["=", "!="]),
    texts,
)
selectors = st.builds(
    lambda metric, matching: f"{metric}{{{', '.join(matching)}}}",
    st.from_regex(r"[a-z]{1,6}_total", fullmatch=True),
    st.lists(matchers, max_size=2),
)
series = st.builds(
    lambda metric, labels: f"{metric}{{{', '.join(f'{k}={json.dumps(v, ensure_ascii=False)}' for k, v in labels.items())}}}",
    st.from_regex(r"[a-z]{1,6}_total", fullmatch=True),
    st.dictionaries(st.sampled_from(["job", "namespace"]), texts, max_size=2),
)
promql = st.recursive(
    selectors | st.builds("rate({}[{}])".format, selectors, st.sampled_from(["5m", "1h30m", "90s"])) | st.just("vector(1)"),
    lambda inner: (
        st.builds("sum by ({}) ({})".format, st.sampled_from(["", "job", "job, namespace"]), inner)
        | st.builds("({}) {} on (job) ({})".format, inner, st.sampled_from(["and", "or", "unless", "/", ">"]), inner)
        | st.builds("({}) {} {}".format, inner, st.sampled_from([">", "== bool", "*", "%"]), st.integers(-3, 10**6))
        | st.builds("absent({})\n# {}\n".format, inner, st.from_regex(r"[a-z ]{0,8}", fullmatch=True))
    ),
    max_leaves=4,
)
alert_texts = lines.filter(lambda line: "{{" not in line) | st.sampled_from(
    ["{{ $labels.job }} is {{ $value | humanize }}", "{{ with $labels.job }}{{ . }}{{ end }}"]
)
alerts = st.builds(
    AlertSpec,
    alert=st.from_regex(r"[A-Z][A-Za-z0-9]{0,10}", fullmatch=True),
    expr=promql,
    severity=st.sampled_from(["critical", "warning", "info"]),
    summary=alert_texts,
    description=alert_texts,
    wait=st.sampled_from(["0s", "5m", "1h30m"]),
)
_numbers = st.integers(-100, 100) | st.sampled_from(["1.5", "+2", "-0.25", "1e3"])
_samples = st.one_of(
    st.sampled_from(["stale", "NaN", "Inf", "-Inf"]),
    st.builds("_{}".format, st.sampled_from(["", "x3"])),
    st.builds("{}{}".format, _numbers, st.sampled_from(["", "x4", "+2x5", "-1x3", "+0.5x2"])),
)
# Of an alert that fires always.
alert_tests = st.builds(
    AlertTestSpec,
    name=lines,
    series=st.dictionaries(series, st.lists(_samples, min_size=1, max_size=4).map(" ".join), max_size=2),
    expect=st.dictionaries(
        st.sampled_from(["0", "90s", "5m", "1h30m"]), st.sampled_from([(FiringSpec(),), (FiringSpec(labels={}),)]), min_size=1, max_size=3
    ),
    interval=st.sampled_from(["30s", "1m", "5m"]),
)
# Alertmanager's labels: few names and few values, so that matchers often match.
label_values = st.sampled_from(["", "a", "b", "ab", "shop"]) | texts
alert_labels = st.dictionaries(st.sampled_from(["a", "b", "severity", "namespace"]), label_values, max_size=3)
expressions = st.recursive(
    st.sampled_from(["", "a", "b", ".", "[ab]", "[^a]", "[a-z0-9]", "shop", "\\.", "a-b", "/"]),
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("({}|{})".format, inner, inner)
        | st.builds("({}){}".format, inner, st.sampled_from(["*", "+", "?", "+?"]))
        | st.builds("{}|{}".format, inner, inner)
    ),
    max_leaves=4,
)
alert_matchers = st.builds(
    MatcherSpec, label=st.sampled_from(["a", "b", "severity", "namespace"]), value=label_values, sign=st.sampled_from(["=", "!="])
) | st.builds(
    MatcherSpec, label=st.sampled_from(["a", "b", "severity", "namespace"]), value=expressions, sign=st.sampled_from(["=~", "!~"])
)
receiver_names = st.sampled_from(["null", "slack", "night", "ops team"])


def _routes(below: st.SearchStrategy[tuple[RouteSpec, ...]]) -> st.SearchStrategy[RouteSpec]:
    return st.builds(
        RouteSpec,
        receiver=st.none() | receiver_names,
        matchers=st.lists(alert_matchers, max_size=2).map(tuple),
        group_by=st.none() | st.lists(st.sampled_from(["alertname", "namespace", "a"]), max_size=2, unique=True).map(tuple),
        group_wait=st.sampled_from([None, "0s", "30s"]),
        group_interval=st.sampled_from([None, "5m"]),
        repeat_interval=st.sampled_from([None, "1d", "4h30m"]),
        continue_=st.booleans(),
        routes=below,
    )


routes = st.recursive(_routes(st.just(())), lambda inner: _routes(st.lists(inner, max_size=3).map(tuple)), max_leaves=6)
inhibitions = st.builds(
    InhibitSpec,
    sources=st.lists(alert_matchers, max_size=2).map(tuple),
    targets=st.lists(alert_matchers, min_size=1, max_size=2).map(tuple),
    equal=st.lists(st.sampled_from(["a", "b", "namespace"]), max_size=2, unique=True).map(tuple),
)
slack_receivers = st.builds(
    SlackReceiverSpec,
    name=st.just("slack"),
    channel=st.just("#alerts"),
    api_url_file=st.just("/etc/alertmanager/secrets/slack/url"),
    title=lines,
    text=lines,
    fallback=lines,
    title_link=st.just("{{ .ExternalURL }}"),
    color=st.just("danger"),
    send_resolved=st.booleans(),
)
alertmanager_configs = st.builds(
    lambda receiver, root, slack, inhibit: AlertmanagerConfigSpec(
        route=replace(root, receiver=receiver, matchers=(), continue_=False),
        receivers=(slack, *(NullReceiverSpec(name=name) for name in ("null", "night", "ops team"))),
        inhibit=tuple(inhibit),
    ),
    receiver_names,
    routes,
    slack_receivers,
    st.lists(inhibitions, max_size=2),
)
rule_groups = st.builds(RuleGroupSpec, name=lines, rules=st.lists(alerts, max_size=3, unique_by=lambda a: a.alert).map(tuple))
prometheus_rules = st.builds(
    PrometheusRuleSpec, name=labels, groups=st.lists(rule_groups, max_size=2, unique_by=lambda g: g.name).map(tuple)
)


def go_duration(seconds: int) -> str:
    """Whole seconds as Go's time.Duration writes them."""
    hours, minutes = seconds // 3600, seconds // 60 % 60
    larger = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{larger}{seconds % 60}s"


own_namespaces = st.none() | labels
data_keys = st.from_regex(r"[a-z][-._a-zA-Z0-9]{0,8}", fullmatch=True)
several_keys = st.lists(data_keys, min_size=1, max_size=3, unique=True).map(tuple)
generated_passwords = st.builds(
    GeneratedPasswordSpec,
    name=labels,
    namespace=own_namespaces,
    keys=several_keys,
    length=st.integers(16, 128),
    fixed=st.dictionaries(st.sampled_from(["0-user", "_host"]), st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._\-]{0,8}[a-z])?", fullmatch=True)),
)
regions = st.sampled_from(["ap-northeast-2", "us-gov-west-1", "eusc-de-east-1"])
ecr_pull_secrets = st.builds(
    EcrPullSecretSpec,
    name=labels,
    namespace=own_namespaces,
    region=regions,
    access_key_id=st.builds(SecretKeySpec, name=labels, key=st.just("access-key-id")),
    secret_access_key=st.builds(SecretKeySpec, name=labels, key=st.just("secret-access-key")),
    refresh=st.integers(3600, 11 * 3600).map(go_duration),
)
aws_secret_stores = st.builds(
    AwsSecretStoreSpec,
    name=labels,
    namespace=own_namespaces,
    region=regions,
    role_arn=st.from_regex(r"arn:aws:iam::[0-9]{12}:role/([a-z]{1,4}/)?[A-Za-z0-9_+=,.@\-]{1,64}", fullmatch=True),
)
remote_refs = st.builds(
    RemoteRefSpec,
    key=st.from_regex(r"[A-Za-z0-9_+=.@\-]{1,8}(/[A-Za-z0-9_+=.@\-]{1,8}){0,2}", fullmatch=True),
    property=st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,8}", fullmatch=True),
)
_read_from: dict[str, Any] = {"store": labels, "data": st.dictionaries(data_keys, remote_refs, min_size=1, max_size=3)}
stored_secrets = st.builds(StoredSecretSpec, name=labels, namespace=own_namespaces, **_read_from, baked=st.booleans()) | st.builds(
    StoredSecretSpec, name=labels, namespace=own_namespaces, **_read_from, refresh=st.integers(60, 10**9).map(go_duration)
)
supplied_secrets = st.builds(SuppliedSecretSpec, name=labels, namespace=labels, keys=several_keys, why=lines)
secrets: st.SearchStrategy[Spec] = st.one_of(generated_passwords, ecr_pull_secrets, aws_secret_stores, stored_secrets)
any_spec: st.SearchStrategy[Spec] = st.one_of(
    web_services(), ingress_routes, mysqls, mysql_backups, namespaces, grafana_datasources(), grafana_dashboards, prometheus_rules, secrets
)


class BadRepr:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        """Fail, as a half-made object may."""
        raise ValueError("no")


class TwoLines:
    """An object that is shown on two lines, and not in UTF-8."""

    def __repr__(self) -> str:
        """Show what no log can hold."""
        return "\ud800\na"


class BadEqual:
    """An object that cannot be compared."""

    __hash__ = None  # type: ignore[assignment]  # it cannot be a key either

    def __eq__(self, other: object) -> bool:
        """Fail, as an array compared with a text may."""
        raise ValueError(type(other))


class BadMapping(dict[str, Any]):
    """A mapping that cannot be read."""

    def items(self) -> Any:
        """Fail, as a mapping that reads a file may."""
        raise OSError("gone")


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


# What a person may give for a field. Draw an index, since some cannot be shown.
HOSTILE: list[object] = [None, True, 0, -1, 10**5000, 1.5, float("nan"), "", " ", "\x00", "\ud800", "é", "a\nb", b"a", object(), str, len]
HOSTILE += [
    BadRepr(),
    TwoLines(),
    BadEqual(),
    {"a": BadEqual()},
    BadMapping(a=1),
    {1: 2},
    {"a": 1},
    {"a": BadRepr()},
    ("a",),
    ["a"],
    (None,),
    {"a"},
    _nested(10_000),
    "1e" + "9" * 30,
]
HOSTILE += [SecretKeySpec(name=None, key=()), (NamespaceSpec(name={}),), NginxSpec(class_name=1), "x" * 100_000]  # type: ignore[arg-type]
HOSTILE += [(CallSpec(app=[], port="x"),) * 2, (DatasourceSpec(name=[], uid={}, type=1, url=2),) * 2]  # type: ignore[arg-type]

# Scalars that readers of YAML disagree about, or that break careless writers.
_AMBIGUOUS = [
    "y",
    "Y",
    "n",
    "N",
    "yes",
    "No",
    "ON",
    "off",
    "true",
    "False",
    "TRUE",
    "null",
    "Null",
    "~",
    "NaN",
    ".nan",
    ".inf",
    "-.Inf",
    "inf",
    "1234567",
    "12e4567",
    "1e3",
    "0o17",
    "017",
    "0x1F",
    "0b11",
    "190:20:30",
    "1_000",
    "+1",
    "-0",
    ".5",
    "5.",
    "2026-11-23",
    "2026-11-23T10:00:00Z",
    "=",
    "<<",
    "-",
    "--",
    "---",
    "...",
    "?",
    ":",
    "!",
    "&",
    "*",
    "%",
    "@",
    "`",
    "|",
    ">",
    "#",
    "{}",
    "[]",
    "{a",
    "[a",
    "a:",
    ":a",
    "a:b",
    "a#b",
]
nasty_texts = st.one_of(
    st.sampled_from(
        [*_AMBIGUOUS, "", " ", " a", "a ", "a: b", "a #b", "\ta", "a\tb", "\n", "a\n", "a\n\n", "a\nb", "a\nb\n", " a\nb", "a\r\nb"]
    ),
    st.sampled_from(
        ["a \nb", "a\n\nb\n", "\ufeff", "a\ufeffb\nc", "\x85", "a\u2028b", "\u2029", "\xa0", "\x7f", "\x1b[0m", "\\", '"', "'", "é", "☕"]
    ),
    st.sampled_from(
        ["# a\nb\n", "- a\n- b\n", "a: |\n  b\n", "%YAML 1.2\n---\n", "a\n...\nb", "a\n---\nb", "x" * 200, "k " * 600, "a\x07b", "𐀀\n𐀀"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.from_regex(r"[-+0-9._:eExo~=yYnN#' \n]{1,8}", fullmatch=True),
)
nasty_objects = st.dictionaries(
    nasty_texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32) | nasty_texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(nasty_texts, inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)

repositories = st.from_regex(r"https://git\.example\.com/[a-z]{1,8}", fullmatch=True)
directories = st.builds(
    DirectorySpec,
    repository=repositories,
    revision=st.sampled_from(["main", "v1.2.3", "release/1"]),
    path=st.from_regex(r"dist/[a-z]{1,8}/[a-z0-9]{1,8}", fullmatch=True),
)
# Values as people write them; a text under a key that names a secret is refused, and drawn nowhere here.
helm_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | texts | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-f]{1,6}", fullmatch=True), inner, max_size=3),
    max_leaves=8,
)
helm_charts = st.builds(
    HelmChartSpec,
    repository=repositories,
    chart=labels,
    version=st.from_regex(r"v?[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}(-rc\.1)?", fullmatch=True),
    release=labels,
    values=st.dictionaries(st.from_regex(r"[a-f]{1,6}", fullmatch=True), helm_values, max_size=3),
)
applications = st.one_of(
    st.builds(
        ApplicationSpec,
        name=labels,
        project=labels,
        deploys=directories,
        namespace=labels,
        keep=st.booleans(),
        custom_resources=st.booleans(),
    ),
    st.builds(ApplicationSpec, name=labels, project=labels, deploys=helm_charts, namespace=labels, keep=st.booleans()),
)
_kinds = st.from_regex(r"[A-Z][A-Za-z]{1,8}", fullmatch=True)
_groups = st.one_of(st.just(""), st.from_regex(r"[a-z]{1,8}(\.io)?", fullmatch=True))
kinds_by_group = st.dictionaries(_groups, st.lists(_kinds, min_size=1, max_size=3).map(tuple), max_size=3)
app_projects = st.builds(
    AppProjectSpec,
    name=labels,
    description=lines,
    repositories=st.lists(repositories, min_size=1, max_size=3).map(tuple),
    namespaces=st.lists(labels, min_size=1, max_size=3).map(tuple),
    namespaced_kinds=kinds_by_group.filter(bool),
    cluster_kinds=kinds_by_group,
)
_mapped_ports = st.lists(st.tuples(st.integers(1, 65535), st.integers(1, 65535)), max_size=4, unique_by=(lambda p: p[0], lambda p: p[1]))
kind_clusters = st.builds(
    KindClusterSpec,
    name=labels,
    image=st.from_regex(r"kindest/node:v1\.[0-9]{2}\.[0-9]@sha256:[0-9a-f]{64}", fullmatch=True),
    ports=_mapped_ports.map(dict),
    pod_subnet=cidrs,
)
