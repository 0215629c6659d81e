"""The policy traffic-url-path-is-served."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.calls.call import Call, calls
from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.served import ROOT, serving
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: billing, namespace: shop}
    spec: {selector: {app: billing}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: billing, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: billing}}
        spec: {containers: [{name: billing, ports: [{containerPort: 8000}], env: [{name: ROOT_PATH, value: /api/billing}]}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
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
              ports: [{containerPort: 8000}]
              env: [{name: BILLING_URL, value: 'VALUE'}]
"""


def _calls(value: str) -> str:
    return _SHOP.replace("VALUE", value)


def _appends(text: str) -> dict[str, object]:
    return {"services": {"shop/order": {"port": 8000, "serves": "/api/order", "url_appends": {"BILLING_URL": text}}}}


def _denied(name: str, value: str, message: str, *, appends: str = "") -> Denied:
    return Denied(
        name=name,
        manifests=_calls(value),
        facts=_appends(appends) if appends else {},
        at="Deployment/shop/order",
        pointer="/spec/template/spec/containers/0/env/0/value",
        message=message,
    )


class UrlPathIsServed(Policy[Call]):
    """The path of a URL, joined as the caller joins it, is one that the called service serves.

    Why: the service answers under its own prefix only; a call beside it, or with the prefix twice, is a 404.
    Fix: give the variable a URL to which what the code appends makes a path that the service serves.
    Source: https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-an-apirouter-with-a-custom-prefix-tags-responses-and-dependencies

    What a service serves is said by a fact (`services`, `serves`), else by its variable ROOT_PATH; what the caller's code appends, by the
    fact `url_appends`. Without that only a path that can never become right is a violation.
    """

    id = "traffic-url-path-is-served"
    basis = "breaks"
    allowed = (
        Example(name="the code appends the prefix", manifests=_calls("http://billing"), facts=_appends("/api/billing")),
        Example(name="the URL has the prefix", manifests=_calls("http://billing/api/billing"), facts=_appends("/inventory-cost")),
        Example(name="nothing says what the code appends", manifests=_calls("http://billing/api")),
        Example(name="a service at the root", manifests=_calls("http://billing//x").replace("value: /api/billing", "value: /")),
    )
    denied = (
        _denied(
            "the prefix is missing",
            "http://billing",
            "BILLING_URL is http://billing and the code appends /inventory-cost: Service shop/billing is asked for /inventory-cost, "
            "and serves /api/billing",
            appends="/inventory-cost",
        ),
        _denied(
            "the prefix twice",
            "http://billing/api/billing",
            "BILLING_URL is http://billing/api/billing and the code appends /api/billing: Service shop/billing is asked for "
            "/api/billing/api/billing, which has the prefix /api/billing twice",
            appends="/api/billing",
        ),
        _denied(
            "a slash at the end of what is appended to",
            "http://billing/",
            "BILLING_URL is http://billing/ and the code appends /api/billing: Service shop/billing is asked for //api/billing, and serves "
            "/api/billing",
            appends="/api/billing",
        ),
        _denied(
            "a path that can never become right",
            "http://billing/api/order",
            "BILLING_URL is http://billing/api/order: Service shop/billing is asked for /api/order, and serves /api/billing",
        ),
    )

    def targets(self, world: World) -> Iterable[Call]:
        """Every call by URL to a service that serves a prefix."""
        for call in calls(world):
            if call.address.scheme in {"http", "https"} and serving(world, call.ending.backend).prefix not in {"", ROOT}:
                yield call

    def judge(self, world: World, target: Call) -> Iterator[Outcome]:
        """Join as the caller does, and compare with the prefix."""
        prefix, path = serving(world, target.ending.backend).prefix, target.path
        twice = path.startswith(prefix * 2)
        under = is_under(path, prefix) and not twice and "//" not in path
        if target.appends is None and target.key != "code":
            bare = path.rstrip("/")
            if not twice and (under or "//" not in path) and (is_under(path, prefix) or not bare or is_under(prefix, bare)):
                if target.pod is not None and world.closed and not is_under(path, prefix):
                    yield self.undecided(target.manifest, f"what {target.caller} appends to {target.key} (services, url_appends)")
                return
        elif under:
            return
        said = target.said
        appended = f" and the code appends {target.appends}" if target.appends else ""
        wrong = f"which has the prefix {prefix} twice" if twice else f"and serves {prefix}"
        if is_under(path, prefix) and not twice:
            wrong = "which has an empty part between two slashes"
        shown = path or "/"
        service = f"Service {target.names.namespace}/{target.names.service}"
        message = f"{said}{appended}: {service} is asked for {shown}, {wrong}"
        hops = (*target.hops[:-1], f"{target.hops[-1]} serves {prefix}")
        yield self.finding(target.node, message, path=hops, subject=target.key, hints=(target.key,))
