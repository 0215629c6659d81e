"""Routes of Contour's HTTPProxy, with their `pathRewritePolicy`.

Source: https://projectcontour.io/docs/main/config/request-rewriting/
"""

from collections.abc import Iterator

from crema.policies.model.rewrites.rewrite import Rewrite, prefix_for_prefix
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World


def routes(world: World) -> Iterator[Route]:
    """Every route and Service of every HTTPProxy; several prefix conditions are joined."""
    for manifest in world.of("projectcontour.io", "HTTPProxy"):
        host = manifest.root.text("spec", "virtualhost", "fqdn") or ""
        for route in manifest.root.items("spec", "routes"):
            prefixes = [condition.text("prefix") or "" for condition in route.items("conditions")]
            path = "/" + "/".join(prefix.strip("/") for prefix in prefixes if prefix.strip("/"))
            replaced: list[Rewrite] = []
            for policy in route.items("pathRewritePolicy", "replacePrefix"):
                replacement = policy.get("replacement")
                if replacement is not None and policy.text("prefix") in {None, path}:
                    replaced.append(prefix_for_prefix(replacement, path, str(replacement.value)))
            for service in route.items("services"):
                port = service.get("port")
                backend = Backend(
                    namespace=manifest.ref.namespace,
                    name=service.text("name") or "",
                    port="" if port is None else str(port.value),
                )
                yield Route(node=route, host=host, path=path, backend=backend, rewrites=tuple(replaced), to=service)
