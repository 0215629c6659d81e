"""Ways in that charts open when values ask for them: Ingresses and routes of the Gateway API. See `bodies.py`."""

from collections.abc import Iterable, Iterator
from typing import Any

from crema.policies.contracts.bodies import Body, body, written
from crema.policies.contracts.chart import Chart


def ingress(
    chart: Chart,
    *keys: str,
    name: str,
    namespace: str,
    paths: Iterable[tuple[Any, Any]],
    number: Any,
    service: str = "",
    extra_without_hosts: bool = False,
) -> Body:
    """An Ingress by the values at a chain of keys: a rule for each host, or one for every host. `paths`: path and pathType of each.

    Where there are no hosts, charts leave `extraPaths` out, unless `extra_without_hosts`.
    """
    back = {"service": {"name": service or name, "port": {"number": number}}}
    own = [written(path=path, pathType=kind, backend=back) for path, kind in paths]
    extra, hosts = chart.items(*keys, "extraPaths"), chart.items(*keys, "hosts")
    listed = [each for path in own for each in (*extra, path)] if hosts or extra_without_hosts else own
    rules: list[Any] = [{"host": host, "http": {"paths": list(listed)}} for host in hosts] or [{"http": {"paths": list(listed)}}]
    spec = written(ingressClassName=chart.text(*keys, "ingressClassName"), tls=chart.items(*keys, "tls"), rules=rules)
    return body("Ingress", name, namespace, annotations=chart.texts(*keys, "annotations"), spec=spec)


def routes(chart: Chart, *keys: str, name: str, namespace: str, number: Any, service: str = "") -> Iterator[Body]:
    """The routes that the values at a chain of keys name and enable; the one that is called `main` has no name of its own."""
    for key in sorted(chart.mapping(*keys)):
        at = (*keys, key)
        if chart.on(*at, "enabled"):
            rules = chart.items(*at, "additionalRules")
            if chart.on(*at, "httpsRedirect"):
                redirect: Body = {"scheme": "https", "statusCode": 301}
                rules.append({"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]})
            else:
                back: Body = {"group": "", "kind": "Service", "name": service or name, "port": number, "weight": 1}
                more = {part: chart.at(*at, part) for part in ("filters", "matches", "timeouts", "sessionPersistence")}
                rules.append({"backendRefs": [back], **written(**more)})
            yield body(
                chart.text(*at, "kind") or "HTTPRoute",
                name if key == "main" else f"{name}-{key}",
                namespace,
                api=chart.text(*at, "apiVersion") or "gateway.networking.k8s.io/v1",
                annotations=chart.texts(*at, "annotations"),
                spec=written(parentRefs=chart.items(*at, "parentRefs"), hostnames=chart.items(*at, "hostnames"), rules=rules),
            )
