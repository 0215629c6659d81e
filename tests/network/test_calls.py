"""Whom pods call, by all that their manifests hold."""

from textwrap import indent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.engine.example import Example
from crema.policies.model.calls.address import Address, pairs, urls
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.calls.host import named
from crema.policies.model.calls.keys import calls_host, is_its_own, port_key
from crema.policies.model.world import World

_SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: billing, namespace: shop}
spec: {selector: {app: billing}, ports: [{name: http, port: 80, targetPort: 8000}, {name: admin, port: 9000}]}
---
apiVersion: v1
kind: Service
metadata: {name: mysql, namespace: data}
spec: {selector: {app: mysql}, ports: [{port: 3306}]}
---
apiVersion: v1
kind: Service
metadata: {name: kafka, namespace: shop}
spec: {clusterIP: None, selector: {app: kafka}, ports: [{port: 9092}]}
---
"""
_ORDER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: order, namespace: shop}
spec:
  template:
    metadata: {labels: {app: order}}
    spec:
      containers:
      - name: order
"""
_SETTINGS = """---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
"""


def world(container: str, settings: str = "", *, closed: bool = True) -> World:
    """Services, and a Deployment `order` with this in its container (and a ConfigMap `settings` with this data)."""
    data = _SETTINGS + indent(settings, "  ") if settings else ""
    return Example(name="", manifests=_SERVICES + _ORDER + indent(container, " " * 8) + data, closed=closed).world()


def called(made: World) -> list[tuple[str, str, int | None, str]]:
    """Each call as key, Service, port and path."""
    return [(call.key, f"{call.names.namespace}/{call.names.service}", call.port, call.path) for call in calls(made)]


def _variables(**values: str) -> str:
    return "env:\n" + "\n".join(f"- {{name: {name}, value: '{value}'}}" for name, value in values.items()) + "\n"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"BILLING_URL": "http://billing"}, ("shop/billing", 80, "")),
        ({"ANYTHING": "http://billing:9000/api?x=1#top"}, ("shop/billing", 9000, "/api")),
        ({"DSN": "mysql://user:p@ss@mysql.data/coffee"}, ("data/mysql", 3306, "/coffee")),
        ({"DB_URL": "jdbc:mysql://mysql.data.svc.cluster.local:3307/coffee?useSSL=false"}, ("data/mysql", 3307, "/coffee")),
        ({"DATABASE": "postgresql+asyncpg://mysql.data"}, ("data/mysql", 5432, "")),
        ({"DB_DSN": "user:secret@tcp(mysql.data:3306)/coffee?parseTime=true"}, ("data/mysql", 3306, "")),
        ({"DB_HOST": "mysql.data"}, ("data/mysql", None, "")),
        ({"DB_HOST": "mysql.data", "DB_PORT": "3307"}, ("data/mysql", 3307, "")),
        ({"REDIS_ADDR": "billing:9000"}, ("shop/billing", 9000, "")),
        ({"BILLING_SERVICE": "billing:9000"}, ("shop/billing", 9000, "")),
        ({"KAFKA_BROKERS": "kafka-0.kafka:9092"}, ("shop/kafka", 9092, "")),
        ({"NAME": "billing", "BILLING_URL": "http://$(NAME):9000"}, ("shop/billing", 9000, "")),
        ({"UPPER": "http://Billing.Shop.svc"}, ("shop/billing", 80, "")),
    ],
)
def test_a_variable_that_calls(values: dict[str, str], expected: tuple[str, int | None, str]) -> None:
    """The Service, the port that the client will ask for, and the path."""
    assert [found[1:] for found in called(world(_variables(**values)))] == [expected]


@pytest.mark.parametrize(
    "values",
    [
        {"PAYMENT_URL": "https://api.stripe.com/v1"},
        {"HOST": "billing"},
        {"HOST_IP": "10.0.0.1", "DB_HOST": "192.168.1.7"},
        {"DB_HOST": "localhost", "API_URL": "http://localhost:8000"},
        {"COFFEE": "billing", "PATH_PREFIX": "/billing:80/x"},
        {"KUBERNETES_URL": "https://kubernetes.default.svc", "OTHER": "https://kubernetes.default.svc.cluster.local:443"},
        {"BACKUP": "s3://billing/dumps", "REPOSITORY": "oci://billing/x", "SOCKET": "unix:///var/run/billing.sock"},
        {"ADVERTISED_HOST": "billing", "LISTEN_ADDR": "billing:80", "ALLOWED_HOSTS": "billing", "NO_PROXY": "billing:80"},
        {"API_URL": "http://$(MISSING)/x", "OTHER_URL": "http://{{ .Values.host }}/x", "LAST_URL": "http://${HOST}/x"},
        {"EMPTY_HOST": "", "TIME": "12:30", "IMAGE": "billing:80"},
        {"ESCAPED_URL": "http://$$(billing)/"},
        {"SITE": "https://example.com", "MAIL_HOST": "smtp.example"},
    ],
)
def test_a_variable_that_calls_nothing_here(values: dict[str, str]) -> None:
    """What leads out of the cluster, is how the program itself is reached, or is known only when it runs."""
    assert called(world(_variables(**values))) == []


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("args: ['--billing=http://billing:9000/x']", [("--billing", "shop/billing", 9000, "/x")]),
        ("args: [--billing-url, 'http://billing']", [("--billing-url", "shop/billing", 80, "")]),
        ("args: ['--redis-addr=billing:9000', '--listen-addr=billing:80']", [("--redis-addr", "shop/billing", 9000, "")]),
        ("command: [mysql, -h, mysql.data, -P, '3307']", [("command", "data/mysql", 3307, "")]),
        ("command: [sh, -c, 'until nc -z mysql.data 3306; do sleep 1; done']", [("command", "data/mysql", 3306, "")]),
        ("command: [sh, -c, 'until nslookup mysql.data; do sleep 1; done']", [("command", "data/mysql", None, "")]),
        ("command: [sh, -c, 'until nslookup mysql.$NAMESPACE; do sleep 1; done']", []),
        ("command: [sh, -c, 'mysqldump -hmysql.data -uroot coffee | gzip']", [("command", "data/mysql", None, "")]),
        ("args: ['while ! curl -s http://billing/health; do sleep 1; done']", [("command", "shop/billing", 80, "/health")]),
        ("args: ['serve', '--host=billing', '--image=billing:80']", []),
        ("env: [{name: WHERE, value: billing}]\nargs: ['--url=http://$(WHERE)/x']", [("--url", "shop/billing", 80, "/x")]),
    ],
)
def test_arguments_that_call(container: str, expected: list[Any]) -> None:
    """Options, scripts and clients of databases."""
    assert called(world(container + "\n")) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("app.properties", "spring.datasource.url=jdbc:mysql://mysql.data:3306/coffee\n# old=http://nobody\n", [("data/mysql", 3306)]),
        ("app.yaml", "database:\n  host: mysql.data\n  port: 3307\nname: billing\n", [("data/mysql", 3307)]),
        ("app.json", '{"billing": {"url": "http://billing/api"}}', [("shop/billing", 80)]),
        ("nginx.conf", "upstream api { server billing:9000; }\nserver { location / { proxy_pass http://api; } }", [("shop/billing", 9000)]),
        ("default.conf", "location /api/billing/ { proxy_pass http://billing:80/; }\n", [("shop/billing", 80)]),
        ("schema.sql", "-- http://billing\ninsert into x values ('http://billing');", []),
        ("notes.conf", "# http://nobody\n// http://nobody\nurl = https://grafana.com\n", []),
    ],
)
def test_a_mounted_file_that_calls(name: str, text: str, expected: list[tuple[str, int]]) -> None:
    """Settings, and what nginx passes requests on to; an upstream's own name is no host, and comments say nothing."""
    mounts = "volumeMounts: [{name: settings, mountPath: /etc/settings}]\n"
    settings = f"{name}: |\n{indent(text, '  ')}\n"
    made = world(mounts, settings)
    assert called(made) == []
    volumes = "      volumes: [{name: settings, configMap: {name: settings}}]\n"
    text_of = _SERVICES + _ORDER + indent(mounts, " " * 8) + volumes + _SETTINGS + indent(settings, "  ")
    mounted = Example(name="", manifests=text_of, closed=True).world()
    assert [found[1:3] for found in called(mounted)] == expected


def test_a_variable_of_a_config_map_calls_from_there() -> None:
    """The place is where the text stands: in the ConfigMap, by key or as a whole with a prefix."""
    by_key = "env: [{name: URL, valueFrom: {configMapKeyRef: {name: settings, key: billing}}}]\n"
    (call,) = calls(world(by_key, "billing: http://billing\nother: http://nobody"))
    assert (str(call.manifest.ref), call.node.pointer, call.key) == ("ConfigMap/shop/settings", "/data/billing", "URL")
    whole = "envFrom: [{prefix: APP_, configMapRef: {name: settings}}]\n"
    assert called(world(whole, "URL: http://billing\nHOST: billing")) == [
        ("APP_URL", "shop/billing", 80, ""),
    ]


def test_a_secret_in_the_middle_leaves_the_host_readable() -> None:
    """What a Secret fills in is not known, and is not shown; a host that it fills in is no call."""
    secret = "{name: PASSWORD, valueFrom: {secretKeyRef: {name: s, key: p}}}"
    url = "{name: DB_URL, value: 'mysql://coffee:$(PASSWORD)@mysql.data/coffee'}"
    (call,) = calls(world(f"env: [{secret}, {url}]\n"))
    assert (call.host, call.port, call.address.text) == ("mysql.data", 3306, "mysql://mysql.data/coffee")
    host = "{name: DB_URL, value: 'http://$(PASSWORD):3306'}"
    assert called(world(f"env: [{secret}, {host}]\n")) == []


def test_a_headless_service_is_asked_on_its_pods_own_port() -> None:
    """Its name gives addresses of pods: the Service's list of ports is not asked."""
    pods = """---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: shop}
spec: {template: {metadata: {labels: {app: kafka}}, spec: {containers: [{name: kafka, ports: [{containerPort: 9093}]}]}}}
"""

    def end(port: int) -> Call:
        text = _SERVICES + _ORDER + indent(_variables(KAFKA_BROKERS=f"kafka-0.kafka:{port}"), " " * 8) + pods
        (call,) = calls(Example(name="", manifests=text, closed=True).world())
        return call

    assert (end(9093).ending.broken, end(9093).ending.number) == ("", 9093)
    assert end(9092).ending.broken == "target"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("billing", "shop/billing"),
        ("billing.", "shop/billing"),
        ("mysql.data", "data/mysql"),
        ("mysql.data.svc", "data/mysql"),
        ("mysql.data.svc.cluster.local.", "data/mysql"),
        ("mysql.data.svc.example.internal", "data/mysql"),
        ("kafka-0.kafka", "shop/kafka"),
        ("kafka-0.kafka.shop", "shop/kafka"),
        ("kafka-0.kafka.shop.svc.cluster.local", "shop/kafka"),
        ("tempo.monitring", "monitring/tempo"),
        ("grafana.com", None),
        ("data.shop.example", None),
        ("api.billing.io", None),
        ("kubernetes.default.svc.cluster.local", None),
        ("localhost", None),
        ("10.0.0.1", None),
        ("not_a_host", None),
    ],
)
def test_which_service_a_host_names(host: str, expected: str | None) -> None:
    """As the resolver of a pod in namespace shop finds it."""
    found = named(world(""), host, "shop")
    assert (None if found is None else f"{found.namespace}/{found.service}") == expected


@pytest.mark.parametrize(("host", "why"), [("mysql.svc", "namespace is missing"), ("mysql.data.cluster.local", "svc.cluster.local")])
def test_a_host_that_is_never_found(host: str, why: str) -> None:
    """Nearly a full name."""
    found = named(world(""), host, "shop")
    assert found is not None
    assert why in found.wrong


def test_in_somebodys_directory_an_unknown_end_of_a_name_leads_out() -> None:
    """`tempo.monitring` may be the name of another network there."""
    assert named(world("", closed=False), "tempo.monitring", "shop") is None


@pytest.mark.parametrize(
    ("name", "host", "own", "port"),
    [
        ("DB_HOST", True, False, "DB_PORT"),
        ("databaseHost", True, False, "DATABASE_PORT"),
        ("--redis-addr", True, False, "REDIS_PORT"),
        ("MYSQL_HOSTNAME", True, False, "MYSQL_PORT"),
        ("HOST", False, False, "PORT"),
        ("LISTEN_ADDR", False, True, "LISTEN_PORT"),
        ("KC_HOSTNAME", False, False, "KC_PORT"),
        ("BREW_MODE", False, False, ""),
        ("--web.listen-address", False, True, "WEB_LISTEN_PORT"),
    ],
)
def test_what_a_name_says_of_its_value(name: str, host: bool, own: bool, port: str) -> None:
    """Whether it is a host that is called, how the program is reached, and what the port beside it is called."""
    assert (calls_host(name), is_its_own(name), port_key(name)) == (host, own, port)


HOSTS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]([a-z0-9]{0,8}))?", fullmatch=True)


@given(HOSTS, st.integers(1, 65535), st.from_regex(r"(/[a-z0-9_-]{1,5}){0,3}", fullmatch=True), st.sampled_from(["http", "https"]))
def test_a_url_is_found_wherever_it_stands(host: str, port: int, path: str, scheme: str) -> None:
    """Alone, in quotes, in a list and at the end of a line: always the same address, and nothing of what is around it."""
    url = f"{scheme}://{host}:{port}{path}"
    for text in (url, f'"{url}"', f"a={url};", f"({url})", f"x {url}\ny", f"[{url}, 1]", f"user:pw {url}"):
        assert list(urls(text)) == [Address(host=host, port=port, scheme=scheme, path=path, text=url, written=True)]


@given(st.lists(st.tuples(HOSTS, st.integers(1, 65535)), min_size=1, max_size=3))
def test_a_list_of_pairs_is_each_of_them(listed: list[tuple[str, int]]) -> None:
    """And with one that is none it is no list at all."""
    text = ",".join(f"{host}:{port}" for host, port in listed)
    assert [(found.host, found.port) for found in pairs(text)] == listed
    assert list(pairs(f"{text},nothing here")) == []
