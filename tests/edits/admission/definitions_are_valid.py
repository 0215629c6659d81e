"""Edits that admission-definitions-are-valid finds."""

from tests.edits.edit import Body, Edit


def _a_field_without_a_type(body: Body) -> bool:
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"description": "what is brewed"}}}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    names = {"kind": "Coffee", "plural": "coffees", "singular": "coffee"}
    body.clear()
    body |= {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "coffees.shop.example.com"}}
    body["spec"] = {"group": "shop.example.com", "scope": "Namespaced", "names": names, "versions": versions}
    return True


EDITS = (Edit(name="a field without a type", kinds=("Namespace",), change=_a_field_without_a_type, said="says the type of every value"),)
