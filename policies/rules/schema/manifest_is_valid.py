"""The policy schema-manifest-is-valid."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World
from crema.policies.schemas.catalog import NoSchema, custom_groups
from crema.policies.schemas.misspelling import misspells
from crema.policies.schemas.unsure import patches, why_unsure
from crema.policies.schemas.validate import validate

_DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: order, namespace: shop}}
    spec:
      replicas: {replicas}
      selector: {{matchLabels: {{app: order}}}}
      template:
        metadata: {{labels: {{app: order}}}}
        spec:
          containers:
            - name: order
              image: order:1.0.0
              ports: [{{{port}: 8000}}]
              resources: {{limits: {{cpu: 0.5, memory: {memory}}}}}
"""
_RULE = """
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {{name: alerts, namespace: monitoring}}
    spec:
      groups:
        - name: shop
          rules:
            - {{alert: PodRestart, expr: vector(1), for: {duration}}}
"""
_STORE = """
    apiVersion: external-secrets.io/v1beta1
    kind: ExternalSecret
    metadata: {name: mysql, namespace: shop}
    spec: {}
"""
_COFFEES = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: coffees.shop.example.com}
    spec:
      group: shop.example.com
      names: {kind: Coffee, plural: coffees}
      scope: Namespaced
      versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""
_COFFEE = """
    ---
    {{apiVersion: shop.example.com/{version}, kind: {kind}, metadata: {{name: {name}, namespace: shop}}}}
"""


class ManifestIsValid(Policy[Manifest]):
    """Every manifest is valid against the schema of its kind in its Kubernetes version, or of its custom resource.

    Why: the API server refuses an object with an unknown field, a wrong type or a missing field, and with it Argo CD
    refuses the whole sync; where field validation is off, the unknown field is dropped and nobody is told.
    Fix: give the field the name and the value that the message asks for.
    Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation

    A kind without a schema is unchecked, unless it is sure to be refused: where Kubernetes itself has no such kind, where its name
    misspells one that is known or defined beside it, and in a whole environment that does not define it. So are custom resources that a
    chart rendered: it brings their definitions, which may be newer than the ones here.

    In somebody's directory three things more are unchecked: a value that is a placeholder (`${NAME}`, `<name>`) and is filled in
    first; a field or an option of a custom resource that misspells none that is known, for its operator may have another version;
    and what a patch of kustomize lacks, or an object to which kustomize adds it. A misspelt field of a patch, and of a custom
    resource, is a violation there too.
    """

    id = "schema-manifest-is-valid"
    basis = "breaks"
    allowed = (
        Example(
            name="a Secret of somebody's, encrypted by SOPS",
            manifests="""
    apiVersion: v1
    kind: Secret
    metadata: {name: mysql, namespace: shop}
    stringData: {password: "ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]"}
    sops: {mac: "ENC[AES256_GCM,data:4w==,iv:aa=,tag:bb=,type:str]", version: 3.9.4}
""",
        ),
        Example(
            name="a Deployment with a number for a quantity and null for an optional field",
            manifests=_DEPLOYMENT.format(replicas="null", port="containerPort", memory="64Mi"),
        ),
        Example(name="a custom resource", manifests=_RULE.format(duration="5m")),
        Example(name="another version of a custom resource, where the rest may live elsewhere", manifests=_STORE),
        Example(
            name="a kind that is defined beside it",
            manifests=_COFFEES + _COFFEE.format(kind="Coffee", version="v1", name="espresso"),
            closed=True,
        ),
        Example(
            name="in somebody's directory, placeholders that are filled in before the object is applied",
            manifests=_DEPLOYMENT.format(replicas='"${REPLICAS}"', port="containerPort", memory='"<memory>"'),
        ),
        Example(
            name="in somebody's directory, a field and an option that a newer operator may know",
            manifests=_RULE.format(duration="5m") + "          jitter: 3s\n",
        ),
        Example(
            name="a file of another program, whose kind no cluster has",
            manifests="""
                {apiVersion: skaffold/v4beta1, kind: Config, metadata: {name: shop}}
                ---
                {apiVersion: v1, kind: Config, clusters: []}
                """,
        ),
    )
    denied = (
        Denied(
            name="a misspelt field",
            manifests=_DEPLOYMENT.format(replicas=2, port="containerport", memory="64Mi"),
            at="Deployment/shop/order",
            pointer="/spec/template/spec/containers/0/ports/0/containerport",
            message="spec.template.spec.containers[0].ports[0].containerport is not a field of this API; did you mean containerPort?",
        ),
        Denied(
            name="text for a number, and a quantity with an unknown suffix",
            manifests=_DEPLOYMENT.format(replicas='"2"', port="containerPort", memory="64MB"),
            at="Deployment/shop/order",
            pointer="/spec/replicas",
            message='spec.replicas is "2", text; an integer is required',
            also=(
                Pinned(
                    at="Deployment/shop/order",
                    pointer="/spec/template/spec/containers/0/resources/limits/memory",
                    message='spec.template.spec.containers[0].resources.limits.memory is "64MB"; '
                    "a quantity such as 100m, 0.5 or 128Mi is required",
                ),
            ),
        ),
        Denied(
            name="a custom resource with a duration that Prometheus cannot read",
            manifests=_RULE.format(duration="5min"),
            at="PrometheusRule/monitoring/alerts",
            pointer="/spec/groups/0/rules/0/for",
            message='spec.groups[0].rules[0].for is "5min"; a duration such as 30s, 5m or 1h30m is required',
        ),
        Denied(
            name="an API version that Kubernetes no longer has",
            manifests="{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: order}}",
            at="Ingress/order",
            pointer="/apiVersion",
            message="Kubernetes 1.36 has no Ingress in extensions/v1beta1; it has networking.k8s.io/v1",
        ),
        Denied(
            name="in a whole environment of ours, a custom resource in a version that is not installed",
            manifests=_STORE,
            at="ExternalSecret/shop/mysql",
            pointer="/apiVersion",
            message="github.com/external-secrets/external-secrets v1.3.2 has no ExternalSecret in "
            "external-secrets.io/v1beta1; it has external-secrets.io/v1",
            closed=True,
        ),
        Denied(
            name="a misspelt kind",
            manifests=_RULE.format(duration="5m").replace("kind: PrometheusRule", "kind: PrometheusRul"),
            at="PrometheusRul/monitoring/alerts",
            pointer="/kind",
            message="github.com/prometheus-operator/prometheus-operator v0.85.0 has no PrometheusRul in monitoring.coreos.com/v1; "
            "did you mean PrometheusRule?",
        ),
        Denied(
            name="a misspelt kind, and a version that is not served, of a custom resource that is defined beside it",
            manifests=_COFFEES
            + _COFFEE.format(kind="Cofee", version="v1", name="espresso")
            + _COFFEE.format(kind="Coffee", version="v2", name="mocha"),
            at="Cofee/shop/espresso",
            pointer="/kind",
            message="no CustomResourceDefinition here defines Cofee in shop.example.com; did you mean Coffee?",
            also=(
                Pinned(
                    at="Coffee/shop/mocha",
                    pointer="/apiVersion",
                    message="the CustomResourceDefinition of Coffee that is here does not serve v2; it serves v1",
                ),
            ),
        ),
        Denied(
            name="a misspelt group",
            manifests=_RULE.format(duration="5m").replace("monitoring.coreos.com", "monitoring.coreos.co"),
            at="PrometheusRule/monitoring/alerts",
            pointer="/apiVersion",
            message="no schema for the API group monitoring.coreos.co; did you mean monitoring.coreos.com?",
        ),
        Denied(
            name="a misspelt field of a custom resource",
            manifests=_RULE.format(duration="5m").replace("expr:", "exrp:"),
            at="PrometheusRule/monitoring/alerts",
            pointer="/spec/groups/0/rules/0/exrp",
            message="spec.groups[0].rules[0].exrp is not a field of this API; did you mean expr?",
        ),
        Denied(
            name="in a whole environment of ours, a placeholder and a field that the installed operator does not know",
            manifests=_RULE.format(duration="'${FOR}'") + "          jitter: 3s\n",
            at="PrometheusRule/monitoring/alerts",
            pointer="/spec/groups/0/rules/0/for",
            message='spec.groups[0].rules[0].for is "${FOR}"; a duration such as 30s, 5m or 1h30m is required',
            also=(
                Pinned(
                    at="PrometheusRule/monitoring/alerts",
                    pointer="/spec/groups/0/jitter",
                    message="spec.groups[0].jitter is not a field of this API; known here: interval, labels, limit, name, "
                    "partial_response_strategy, query_offset, rules",
                ),
            ),
            closed=True,
        ),
        Denied(
            name="a kind of Kubernetes in a misspelt group",
            manifests="{apiVersion: aps/v1, kind: Deployment, metadata: {name: order, namespace: shop}}",
            at="Deployment/shop/order",
            pointer="/apiVersion",
            message="Kubernetes 1.36 has no Deployment in aps/v1; it has apps/v1",
        ),
        Denied(
            name="in a whole environment of ours, a kind that nothing here defines",
            manifests="{apiVersion: shop.example.com/v1, kind: Coffee, metadata: {name: espresso, namespace: shop}}",
            at="Coffee/shop/espresso",
            pointer="/apiVersion",
            message="no schema for the API group shop.example.com",
            closed=True,
        ),
    )

    def targets(self, world: World) -> Iterable[Manifest]:
        """Every manifest, and every patch that kustomize lays over one."""
        return (*world.manifests, *world.patches)

    def judge(self, world: World, target: Manifest) -> Iterator[Outcome]:
        """A finding for each violation, as far as it is sure; see the class."""
        if target.origin == "rendered" and target.ref.group in custom_groups():
            yield self.unchecked(target, f"its chart brings its own definition of {target.ref.group}")
            return
        judged = validate(target.body, world.kubernetes_version)
        if isinstance(judged, NoSchema):
            yield self._without_schema(world, target, judged)
            return
        patch = target in world.derived(patches)
        if patch:
            yield self.unchecked(target, "a patch: what it is laid over is not known here, so a field that it lacks is no mistake")
        unsure = set()
        for violation in judged:
            why = "" if world.ours or target.header is not None else why_unsure(world, target, violation, patch=patch)
            if not why:
                yield self.finding(self._place(target, violation.pointer), violation.message, subject=violation.field)
            elif not patch:
                unsure.add(why)
        for why in sorted(unsure):
            yield self.unchecked(target, why)

    def _without_schema(self, world: World, target: Manifest, judged: NoSchema) -> Outcome:
        said = self._by_definitions(world, target)
        if said is not None:
            return said
        near = f"; did you mean {judged.near}?" if judged.near else ""
        defined = target.ref.kind in world.definitions.get(target.ref.group, {})
        settings = target.body.keys() - {"apiVersion", "kind"}
        misspelt = bool(judged.near) and misspells(target.ref.kind, [judged.near])
        of_a_tool = not world.ours and not judged.served and not misspelt and bool(settings) and "metadata" not in settings
        if not of_a_tool and (judged.certain or (near and not defined) or (world.ours and not defined)):
            return self.finding(self._place(target, judged.field), judged.why + near)
        return self.unchecked(target, judged.why)

    def _by_definitions(self, world: World, target: Manifest) -> Outcome | None:
        """What the CustomResourceDefinitions beside an object say of it: a version that is not served, a kind that misspells one."""
        kinds, kind = world.definitions.get(target.ref.group, {}), target.ref.kind
        version = target.api_version.rpartition("/")[2]
        if kinds.get(kind) and version not in kinds[kind]:
            served = ", ".join(sorted(kinds[kind]))
            message = f"the CustomResourceDefinition of {kind} that is here does not serve {version}; it serves {served}"
            return self.finding(self._place(target, "/apiVersion"), message)
        meant = [one for one in sorted(kinds) if kind not in kinds and misspells(kind, [one])]
        if not meant:
            return None
        message = f"no CustomResourceDefinition here defines {kind} in {target.ref.group}; did you mean {meant[0]}?"
        return self.finding(self._place(target, "/kind"), message)

    @staticmethod
    def _place(manifest: Manifest, pointer: str) -> Node:
        """A node that is only a place: of a Secret the value must not go any further."""
        return Node(manifest=manifest, value=None, pointer=pointer)
