"""The NetworkPolicies that charts bring. See `bodies.py`."""

from collections.abc import Iterable, Mapping
from typing import Any

from crema.policies.contracts.bodies import Body, body, written
from crema.policies.contracts.chart import Chart, read


def number(protocol: str, port: Any) -> Body:
    """A port of a NetworkPolicy, which says its protocol."""
    return {"protocol": protocol, "port": read(port)}


def network_policy(
    name: str,
    namespace: str,
    selector: Mapping[str, str],
    *,
    ingress: Iterable[Any] | None = None,
    egress: Iterable[Any] | None = None,
    types: Iterable[str] = (),
    hook: str = "",
) -> Body:
    """A NetworkPolicy. `types`: its policyTypes where they are not those of which there are rules."""
    rules: Body = {key: list(listed) for key, listed in (("ingress", ingress), ("egress", egress)) if listed is not None}
    listed = list(types) or [key.capitalize() for key in rules]
    spec: Body = {"podSelector": {"matchLabels": dict(selector)} if selector else {}, "policyTypes": listed, **rules}
    return body("NetworkPolicy", name, namespace, annotations={"helm.sh/hook": hook} if hook else None, spec=spec)


def guarded(
    chart: Chart, name: str, namespace: str, selector: Mapping[str, str], labels: Mapping[str, str], *, apart: bool = False
) -> Body:
    """The NetworkPolicy that Grafana's charts make by the values `networkPolicy`; `apart`: each of its sources is one of its own."""
    at, egress = ("networkPolicy",), chart.on("networkPolicy", "egress", "enabled")
    ingress = chart.on(*at, "ingress")
    spec: Body = {"policyTypes": ["Ingress"] * ingress + ["Egress"] * egress, "podSelector": {"matchLabels": dict(selector)}}
    if egress:
        dns: list[Any] = [] if chart.on(*at, "egress", "blockDNSResolution") else [{"ports": [{"port": 53, "protocol": "UDP"}]}]
        spec["egress"] = [*dns, {"ports": chart.items(*at, "egress", "ports"), **written(to=chart.items(*at, "egress", "to"))}]
    if ingress:
        others = chart.mapping(*at, "explicitNamespacesSelector")
        readers: Body = {"podSelector": {"matchLabels": {**labels, "role": "read"}}}
        clients: Body = {"podSelector": {"matchLabels": {f"{name}-client": "true"}}}
        rule: Body = {"ports": [{"port": chart.number("service", "targetPort") or None}]}
        if not chart.on(*at, "allowExternal"):
            spaces: list[Any] = [{"namespaceSelector": others}] if others else []
            blocks: list[Any] = [{"ipBlock": {"cidr": block}} for block in chart.items(*at, "explicitIpBlocks")]
            joined: list[Any] = [clients, {"namespaceSelector": others, **readers}] if others else [clients | readers]
            rule["from"] = [clients, *spaces, *blocks, readers] if apart else joined
        spec["ingress"] = [rule]
    return body("NetworkPolicy", name, namespace, spec=spec)
