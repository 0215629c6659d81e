"""The policy admission-definitions-are-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.admission.definitions import definition
from crema.policies.model.admission.places import places
from crema.policies.model.manifest import Manifest
from crema.policies.model.world import World


class DefinitionsAreValid(Policy[Manifest]):
    """A definition of custom resources is named after them, stores one version, and has a structural schema.

    Why: the API server refuses the object, and with it Argo CD fails the sync of the whole application, and no object of its kind
    exists: a field without a type, or two stored versions, is valid by its schema.
    Fix: complete the definition as the message asks.
    Source:
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
    """

    id = "admission-definitions-are-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a default that the enum has",
            manifests="""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: coffees.shop.example.com}
                spec:
                  group: shop.example.com
                  scope: Namespaced
                  names: {plural: coffees, singular: coffee, kind: Coffee}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: string,
                        enum: [small, large], default: small}}}}}}
                """,
        ),
        Example(
            name="a field of any shape",
            manifests="""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: coffees.shop.example.com}
                spec:
                  group: shop.example.com
                  scope: Namespaced
                  names: {plural: coffees, singular: coffee, kind: Coffee}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object,
                        properties: {size: {x-kubernetes-preserve-unknown-fields: true}}}}}}
                """,
        ),
    )
    denied = (
        Denied(
            name="a field without a type",
            manifests="""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: coffees.shop.example.com}
                spec:
                  group: shop.example.com
                  scope: Namespaced
                  names: {plural: coffees, singular: coffee, kind: Coffee}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object,
                        properties: {size: {description: how much}}}}}}
                """,
            at="CustomResourceDefinition/coffees.shop.example.com",
            pointer="/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size",
            message="spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size.type is missing; a "
            "structural schema says the type of every value",
        ),
        Denied(
            name="another name than plural and group, and a default of another type",
            manifests="""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: coffee.shop.example.com}
                spec:
                  group: shop.example.com
                  scope: Namespaced
                  names: {plural: coffees, singular: coffee, kind: Coffee}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer,
                        default: small}}}}}}
                """,
            at="CustomResourceDefinition/coffee.shop.example.com",
            pointer="/metadata/name",
            message='metadata.name is "coffee.shop.example.com"; coffees.shop.example.com, the plural and the group, is required',
            also=(
                Pinned(
                    at="CustomResourceDefinition/coffee.shop.example.com",
                    pointer="/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/default",
                    message='spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size.default is "small"; a value '
                    "of the type integer is required",
                ),
            ),
        ),
        Denied(
            name="no version that is stored",
            manifests="""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: coffees.shop.example.com}
                spec:
                  group: shop.example.com
                  scope: Namespaced
                  names: {plural: coffees, singular: coffee, kind: Coffee}
                  versions:
                    - name: v1
                      served: true
                      storage: false
                      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object,
                        properties: {size: {type: array}}}}}}
                """,
            at="CustomResourceDefinition/coffees.shop.example.com",
            pointer="/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size",
            message="spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.size.items is missing; an array says what it holds",
            also=(
                Pinned(
                    at="CustomResourceDefinition/coffees.shop.example.com",
                    pointer="/spec/versions",
                    message="spec.versions have none that is stored; exactly one with storage: true is required",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every CustomResourceDefinition."""
        return world.of("apiextensions.k8s.io", "CustomResourceDefinition")

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each name, version or schema that the server refuses."""
        for place in places(world, target.root, definition(target.body)):
            yield self.finding(place.node, place.message, fix=place.fix, subject=place.subject)
