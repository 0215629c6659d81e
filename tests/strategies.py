"""Hypothesis strategies for specs and for the data they hold, composed bottom-up. Everything drawn here is right by every check."""

from typing import Any

from hypothesis import strategies as st

from crema.generators import (
    AlbSpec,
    AlertSpec,
    AwsSecretStoreSpec,
    CallSpec,
    DatasourceSpec,
    EcrPullSecretSpec,
    GeneratedPasswordSpec,
    GrafanaDatasourcesSpec,
    IngressRouteSpec,
    MySQLSpec,
    NamespaceSpec,
    NginxSpec,
    PrometheusRuleSpec,
    RemoteRefSpec,
    ResourcesSpec,
    RuleGroupSpec,
    SecretKeySpec,
    Spec,
    StoredSecretSpec,
    SuppliedSecretSpec,
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
namespaces = st.builds(
    NamespaceSpec, name=labels, pod_security=st.sampled_from(["privileged", "baseline", "restricted"]), holds_data=st.booleans()
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
json_objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, json_values, max_size=4)
datasources = st.builds(
    DatasourceSpec,
    name=lines,
    uid=st.from_regex(r"[A-Za-z0-9_\-]{1,12}", fullmatch=True),
    type=st.sampled_from(["prometheus", "loki", "tempo"]),
    url=st.just("http://loki.monitoring:3100"),
    is_default=st.booleans(),
    json_data=json_objects,
)
grafana_datasources = st.builds(
    GrafanaDatasourcesSpec,
    name=labels,
    datasources=st.lists(datasources, max_size=4, unique_by=(lambda d: d.name, lambda d: d.uid)).map(tuple),
)
alerts = st.builds(
    AlertSpec,
    alert=st.from_regex(r"[A-Z][A-Za-z0-9]{0,10}", fullmatch=True),
    expr=lines,
    severity=st.sampled_from(["critical", "warning", "info"]),
    summary=lines,
    description=lines,
    wait=st.sampled_from(["0s", "5m", "1h30m"]),
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
    web_services(), ingress_routes, mysqls, namespaces, grafana_datasources, prometheus_rules, secrets
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
