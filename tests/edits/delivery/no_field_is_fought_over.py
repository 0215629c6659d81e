"""Edits that delivery-no-field-is-fought-over finds."""

from tests.edits.edit import Body, Edit

_SCALED = frozenset({"billing", "frontend", "inventory", "order"})


def _scaler(body: Body) -> bool:
    name = body["metadata"]["name"]
    if name not in _SCALED:
        return False
    body.clear()
    body |= {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}},
    }
    return True


def _injected(body: Body) -> bool:
    name = body["metadata"]["name"]
    body.clear()
    body |= {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "annotations": {"cert-manager.io/inject-ca-from": f"shop/{name}"}},
        "webhooks": [{"name": "a.example.com", "clientConfig": {"caBundle": "Q0E="}}],
    }
    return True


EDITS = (
    Edit(name="an autoscaler beside replicas", kinds=("Service",), change=_scaler, said="writes it too", everywhere=True),
    Edit(name="a certificate that is injected", kinds=("Service",), change=_injected, said="cert-manager writes it too", everywhere=True),
)
