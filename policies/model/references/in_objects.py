"""What objects that are no pods refer to: accounts, routes, claims, bindings, autoscalers, and the kinds of operators."""

from collections.abc import Callable, Iterator
from typing import Final

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.references.reference import (
    CERTIFICATES,
    EXTERNAL,
    GENERATORS,
    RBAC,
    SCHEDULING,
    STORAGE,
    Reference,
    core,
    named,
    of_cluster,
    said,
)

MONITORING: Final = "monitoring.coreos.com"
_NGINX: Final = "nginx.ingress.kubernetes.io/"
_SECRETS_OF_ANNOTATIONS: Final = ("auth-secret", "auth-tls-secret", "proxy-ssl-secret")
_SELECTOR: Final = frozenset({"name", "key", "optional"})
_WORKLOADS: Final = {kind.lower(): kind for kind in ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")}


def object_references(manifest: Manifest) -> Iterator[Reference]:
    """Everything that an object names outside the pods that it holds."""
    find = _KINDS.get((manifest.ref.group, manifest.ref.kind))
    if find is not None:
        yield from find(manifest)
    elif manifest.ref.group == MONITORING:
        yield from _monitoring(manifest)
    elif manifest.ref.group in {EXTERNAL, GENERATORS}:
        yield from _credentials(manifest)


def _account(manifest: Manifest) -> Iterator[Reference]:
    who, namespace = said(manifest.ref), manifest.ref.namespace
    for secret in manifest.root.items("imagePullSecrets"):
        yield from named(secret, "name", ref=core("Secret", namespace), by=f"{who} imagePullSecrets")


def _ingress(manifest: Manifest) -> Iterator[Reference]:
    """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/"""
    who, namespace = said(manifest.ref), manifest.ref.namespace
    for entry in manifest.root.items("spec", "tls"):
        yield from named(entry, "secretName", ref=core("Secret", namespace), by=f"{who} tls")
    yield from _issuer_of(manifest)
    for key, node in manifest.root.entries("metadata", "annotations"):
        short = key.removeprefix(_NGINX)
        if short in _SECRETS_OF_ANNOTATIONS and short != key and isinstance(node.value, str) and node.value:
            space, slash, name = node.value.rpartition("/")
            ref = Ref(group="", kind="Secret", namespace=space if slash else namespace, name=name)
            yield Reference(place=node, ref=ref, by=f"{who} {short}")


def _issuer_of(manifest: Manifest) -> Iterator[Reference]:
    """https://cert-manager.io/docs/usage/ingress/#supported-annotations: an issuer of another group says so."""
    notes = manifest.root.get("metadata", "annotations")
    if notes is None or notes.text("cert-manager.io/issuer-group"):
        return
    for key, kind, namespace in (
        ("cert-manager.io/issuer", "Issuer", manifest.ref.namespace),
        ("cert-manager.io/cluster-issuer", "ClusterIssuer", ""),
    ):
        ref = Ref(group=CERTIFICATES, kind=kind, namespace=namespace, name="")
        yield from named(notes, key, ref=ref, by=f"{said(manifest.ref)} {key.partition('/')[2]}")


def _certificate(manifest: Manifest) -> Iterator[Reference]:
    issuer = manifest.root.get("spec", "issuerRef")
    if issuer is not None and (issuer.text("group") or CERTIFICATES) == CERTIFICATES:
        kind = issuer.text("kind") or "Issuer"
        ref = Ref(group=CERTIFICATES, kind=kind, namespace=manifest.ref.namespace if kind == "Issuer" else "", name="")
        yield from named(issuer, "name", ref=ref, by=f"{said(manifest.ref)} issuerRef")


def _gateway(manifest: Manifest) -> Iterator[Reference]:
    who, namespace = said(manifest.ref), manifest.ref.namespace
    yield from _issuer_of(manifest)
    for listener in manifest.root.items("spec", "listeners"):
        for certificate in listener.items("tls", "certificateRefs"):
            if (certificate.text("group") or "") == "" and (certificate.text("kind") or "Secret") == "Secret":
                space = certificate.text("namespace") or namespace
                yield from named(certificate, "name", ref=core("Secret", space), by=f"{who} listener {listener.text('name')}")


def _claim(manifest: Manifest) -> Iterator[Reference]:
    yield from _class_of(manifest.root, said(manifest.ref))


def _stateful_set(manifest: Manifest) -> Iterator[Reference]:
    for template in manifest.root.items("spec", "volumeClaimTemplates"):
        yield from _class_of(template, f"{said(manifest.ref)} volumeClaimTemplate {template.text('metadata', 'name')}")


def _class_of(claim: Node, who: str) -> Iterator[Reference]:
    """The StorageClass of a claim. Without the field it is the default class: a reference without a name."""
    spec = claim.get("spec")
    if spec is None:
        return
    ref = of_cluster(STORAGE, "StorageClass")
    if "storageClassName" not in spec.mapping() or spec.get("storageClassName") is None:
        if spec.get("volumeName") is None and spec.get("selector") is None:
            yield Reference(place=spec, ref=ref, by=who)
    else:
        yield from named(spec, "storageClassName", ref=ref, by=who)


def _binding(manifest: Manifest) -> Iterator[Reference]:
    who, namespace = said(manifest.ref), manifest.ref.namespace
    role = manifest.root.get("roleRef")
    if role is not None:
        kind = role.text("kind") or "ClusterRole"
        yield from named(role, "name", ref=Ref(group=RBAC, kind=kind, namespace=namespace if kind == "Role" else "", name=""), by=who)
    for subject in manifest.root.items("subjects"):
        if subject.text("kind") == "ServiceAccount":
            yield from named(subject, "name", ref=core("ServiceAccount", subject.text("namespace") or namespace), by=f"{who} subject")


def _scaler(manifest: Manifest) -> Iterator[Reference]:
    """What a HorizontalPodAutoscaler or a ScaledObject scales. https://keda.sh/docs/latest/reference/scaledobject-spec/"""
    target = manifest.root.get("spec", "scaleTargetRef")
    if target is not None:
        group = (target.text("apiVersion") or "apps/v1").rpartition("/")[0]
        kind = target.text("kind") or "Deployment"
        # A client's table of kinds has each in lower case, too, so that `deployment` is found.
        ref = Ref(group=group, kind=_WORKLOADS.get(kind, kind), namespace=manifest.ref.namespace, name="")
        yield from named(target, "name", ref=ref, by=f"{said(manifest.ref)} scaleTargetRef")


def _external_secret(manifest: Manifest) -> Iterator[Reference]:
    """Where an ExternalSecret has its values from: stores and generators, and templates in other objects."""
    root = manifest.root
    whole = root.get("spec", "externalSecretSpec") if manifest.ref.kind == "ClusterExternalSecret" else root.get("spec")
    if whole is None:
        return
    who, namespace = said(manifest.ref), manifest.ref.namespace
    sources = [whole.get("secretStoreRef"), *(entry.get("sourceRef", "storeRef") for entry in whole.items("data"))]
    for entry in (*whole.items("data"), *whole.items("dataFrom")):
        sources.append(entry.get("sourceRef", "storeRef") if "/dataFrom/" in entry.pointer else None)
        generator = entry.get("sourceRef", "generatorRef")
        if generator is not None:
            group = (generator.text("apiVersion") or f"{GENERATORS}/v1alpha1").rpartition("/")[0]
            kind = generator.text("kind") or ""
            space = "" if kind == "ClusterGenerator" else namespace
            yield from named(generator, "name", ref=Ref(group=group, kind=kind, namespace=space, name=""), by=f"{who} generatorRef")
    for store in sources:
        if store is not None:
            kind = store.text("kind") or "SecretStore"
            space = namespace if kind == "SecretStore" else ""
            yield from named(store, "name", ref=Ref(group=EXTERNAL, kind=kind, namespace=space, name=""), by=f"{who} secretStoreRef")
    for template in whole.items("target", "template", "templateFrom"):
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            source = template.get(field)
            for item in source.items("items") if source is not None else ():
                if source is not None:
                    ref, by = core(kind, namespace), f"{who} templateFrom"
                    yield from named(source, "name", ref=ref, by=by, key=item.text("key") or "", key_place=item.get("key"))


def _credentials(manifest: Manifest) -> Iterator[Reference]:
    """What a store or a generator logs in with. Those of a whole cluster say in which namespace it is."""
    who = said(manifest.ref)
    for node in _mappings(manifest.root.get("spec")):
        field = node.key
        name = node.mapping().get("name")
        if not isinstance(name, str):
            continue
        namespace = node.text("namespace") or manifest.ref.namespace
        if (field.endswith(("SecretRef", "secretRef")) or field in {"tokenSecretRef", "caProvider"}) and namespace:
            kind = "ConfigMap" if field == "caProvider" and node.text("type") == "ConfigMap" else "Secret"
            key = node.text("key") or ""
            yield from named(node, "name", ref=core(kind, namespace), by=f"{who} {field}", key=key, key_place=node.get("key"))
        elif field in {"serviceAccountRef", "serviceAccount"} and namespace:
            yield from named(node, "name", ref=core("ServiceAccount", namespace), by=f"{who} {field}")


def _monitoring(manifest: Manifest) -> Iterator[Reference]:
    """https://prometheus-operator.dev/docs/api-reference/api/ : a selector of a Secret's key is `{name, key, optional}` everywhere."""
    who, namespace = said(manifest.ref), manifest.ref.namespace
    spec = manifest.root.get("spec")
    if spec is None:
        return
    if manifest.ref.kind in {"Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"}:
        for field, kind in (("secrets", "Secret"), ("configMaps", "ConfigMap")):
            for entry in spec.items(field):
                yield from named(entry, ref=core(kind, namespace), by=f"{who} {field}")
        yield from named(spec, "configSecret", ref=core("Secret", namespace), by=f"{who} configSecret")
        if spec.get("containers") is None:
            yield from named(spec, "serviceAccountName", ref=core("ServiceAccount", namespace), by=f"{who} serviceAccountName")
            yield from named(spec, "priorityClassName", ref=of_cluster(SCHEDULING, "PriorityClass"), by=f"{who} priorityClassName")
            for secret in spec.items("imagePullSecrets"):
                yield from named(secret, "name", ref=core("Secret", namespace), by=f"{who} imagePullSecrets")
        claim = spec.get("storage", "volumeClaimTemplate")
        if claim is not None:
            yield from _class_of(claim, f"{who} storage")
    for node in _mappings(spec):
        held = node.mapping()
        if {"name", "key"} <= held.keys() <= _SELECTOR and "/containers/" not in node.pointer and "/initContainers/" not in node.pointer:
            kind = "ConfigMap" if node.key == "configMap" else "Secret"
            optional, key = bool(node.flag("optional")), node.text("key") or ""
            by = f"{who} {node.key}"
            yield from named(node, "name", ref=core(kind, namespace), by=by, key=key, key_place=node.get("key"), optional=optional)


def _mappings(node: Node | None) -> Iterator[Node]:
    """Every mapping at and below a node."""
    below = [] if node is None else [node]
    while below:
        here = below.pop()
        if isinstance(here.value, dict):
            yield here
            below += [here.child(key, value) for key, value in here.value.items() if isinstance(value, dict | list)]
        elif isinstance(here.value, list):
            below += [here.child(index, value) for index, value in enumerate(here.value) if isinstance(value, dict | list)]


_KINDS: Final[dict[tuple[str, str], Callable[[Manifest], Iterator[Reference]]]] = {
    ("", "ServiceAccount"): _account,
    ("", "PersistentVolumeClaim"): _claim,
    ("apps", "StatefulSet"): _stateful_set,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
    (CERTIFICATES, "Certificate"): _certificate,
    (RBAC, "RoleBinding"): _binding,
    (RBAC, "ClusterRoleBinding"): _binding,
    ("autoscaling", "HorizontalPodAutoscaler"): _scaler,
    ("keda.sh", "ScaledObject"): _scaler,
    (EXTERNAL, "ExternalSecret"): _external_secret,
    (EXTERNAL, "ClusterExternalSecret"): _external_secret,
}
