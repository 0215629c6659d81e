"""The policy traffic-url-scheme-fits."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.node import Node
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: vault, namespace: shop}
    spec: {selector: {app: vault}, ports: [PORT]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers:
            - name: order
              env: [{name: VAULT_ADDR, value: 'VALUE'}]
"""


def _calls(value: str, port: str) -> str:
    return _SHOP.replace("VALUE", value).replace("PORT", port)


def _denied(name: str, value: str, port: str, message: str) -> Denied:
    return Denied(
        name=name,
        manifests=_calls(value, port),
        at="Deployment/shop/order",
        pointer="/spec/template/spec/containers/0/env/0/value",
        message=message,
    )


class UrlSchemeFits(Policy[Call]):
    """A URL speaks the protocol of the port that it asks: no plain HTTP to a TLS port, and no TLS to a plain one.

    Why: the server answers the first bytes with an error or closes the connection, so every call fails.
    Fix: change the scheme, or ask the port that speaks it.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol

    What a port speaks is said by its appProtocol, else by its name (https, http, grpc, as charts name them) where its number does not
    contradict it; for plain HTTP the number has to be a usual one of it. Where nothing says it, nothing is judged; a URL without a path
    to a gRPC port is how exporters of OpenTelemetry write it.
    """

    id = "traffic-url-scheme-fits"
    basis = "breaks"
    allowed = (
        Example(name="https to the port named https", manifests=_calls("https://vault", "{name: https, port: 443}")),
        Example(name="a port that says nothing", manifests=_calls("https://vault:8200", "{name: api, port: 8200}")),
        Example(name="a gRPC exporter's URL", manifests=_calls("http://vault:4317", "{name: grpc-otlp, port: 4317}")),
        Example(name="a name that the number contradicts", manifests=_calls("https://vault", "{name: http, port: 443}")),
        Example(name="a name without a number that means it", manifests=_calls("https://vault:5556", "{name: http, port: 5556}")),
    )
    denied = (
        _denied(
            "plain HTTP to the TLS port",
            "http://vault:443/v1",
            "{name: https, port: 443}",
            "VAULT_ADDR is http://vault:443/v1, and port 443 of Service shop/vault speaks TLS (its name is https)",
        ),
        _denied(
            "TLS to a plain port",
            "https://vault:8200",
            "{name: api, appProtocol: http, port: 8200}",
            "VAULT_ADDR is https://vault:8200, and port 8200 of Service shop/vault speaks plain HTTP (its appProtocol is http)",
        ),
        _denied(
            "spans over HTTP to the gRPC port",
            "http://vault:4317/v1/traces",
            "{name: grpc-otlp, port: 4317}",
            "VAULT_ADDR is http://vault:4317/v1/traces, and port 4317 of Service shop/vault speaks gRPC (its name is grpc-otlp)",
        ),
    )

    def targets(self, world: World) -> Iterable[Call]:
        """Every call by URL to a port that is here."""
        return (call for call in calls(world) if call.address.scheme in {"http", "https"} and call.ending.port is not None)

    def judge(self, world: World, target: Call) -> Iterator[Outcome]:
        """Compare the scheme with what the port says of itself."""
        del world
        port = target.ending.port
        if port is None:
            return
        speaks, why = _speaks(port)
        wrong = speaks and (
            (target.address.scheme == "http" and speaks == "TLS")
            or (target.address.scheme == "https" and speaks == "plain HTTP")
            or (target.address.scheme == "http" and speaks == "gRPC" and target.path.startswith("/v1/"))
        )
        if wrong:
            backend = target.ending.backend
            said = target.said
            message = f"{said}, and port {target.port} of Service {backend.namespace}/{backend.name} speaks {speaks} ({why})"
            yield self.finding(target.node, message, path=target.hops, subject=target.address.text, hints=(target.key,))


def _speaks(port: Node) -> tuple[str, str]:
    """What a port speaks (TLS, plain HTTP, gRPC, or nothing where that is not known), and what says so."""
    declared, name, number = (port.text("appProtocol") or "").lower(), (port.text("name") or "").lower(), port.get("port")
    plain_number = number is not None and number.value in {80, 8000, 8080}
    if declared:
        speaks = {"https": "TLS", "http": "plain HTTP", "grpc": "gRPC"}.get(declared, "")
        return speaks, f"its appProtocol is {declared}"
    head = name.partition("-")[0]
    if head == "https" and not plain_number:
        return "TLS", f"its name is {name}"
    if head == "http" and plain_number:
        return "plain HTTP", f"its name is {name}"
    return ("gRPC", f"its name is {name}") if head == "grpc" else ("", "")
