"""Edits that admission-webhooks-are-valid finds."""

from tests.edits.edit import Body, Edit


def _an_address_in_plain_http(body: Body) -> bool:
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": ["CREATE"]}
    client = {"url": "http://hook.example.com/"}
    hook = {
        "name": "check.shop.example.com",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "rules": [rule],
        "clientConfig": client,
    }
    body.clear()
    body |= {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "check"}}
    body["webhooks"] = [hook]
    return True


EDITS = (Edit(name="an address in plain HTTP", kinds=("Namespace",), change=_an_address_in_plain_http, said="http://hook.example.com/"),)
