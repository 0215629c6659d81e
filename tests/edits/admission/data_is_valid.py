"""Edits that admission-data-is-valid finds."""

from tests.edits.edit import Body, Edit


def _a_key_that_is_a_path(body: Body) -> bool:
    for key in list(body.get("data", {})):
        body["data"][f"conf/{key}"] = body["data"].pop(key)
        return True
    return False


def _a_certificate_without_its_key(body: Body) -> bool:
    name = body["metadata"]
    body.clear()
    body |= {"apiVersion": "v1", "kind": "Secret", "metadata": name, "type": "kubernetes.io/tls", "stringData": {"tls.crt": "x"}}
    return True


EDITS = (
    Edit(name="a key that is a path", kinds=("ConfigMap",), change=_a_key_that_is_a_path, said='has the key "conf/'),
    Edit(name="a certificate without its key", kinds=("ConfigMap",), change=_a_certificate_without_its_key, said="tls.key"),
)
