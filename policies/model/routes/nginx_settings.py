"""What an ingress-nginx controller is told by its ConfigMap.

Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/
"""

from crema.policies.model.entry.controllers import Controller
from crema.policies.model.manifest import Ref
from crema.policies.model.whole import whole
from crema.policies.model.world import World


def setting(world: World, controller: Controller, key: str) -> str | None:
    """What the ConfigMap of a controller says; None where it says nothing, or is not here."""
    named = controller.argument("configmap") or ""
    namespace, _, name = named.partition("/")
    own = controller.pod.manifest.ref.namespace
    ref = Ref(group="", kind="ConfigMap", namespace=own if namespace.startswith("$(") else namespace, name=name)
    found = whole(world).world.get(ref)
    value = found.root.get("data", key) if found is not None else None
    return None if value is None else str(value.value)
