"""The policy delivery-application-is-where-argo-cd-looks."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import IN_CLUSTER, Application, applications
from crema.policies.model.delivery.owners import owned
from crema.policies.model.delivery.projects import argo_namespace, project_of
from crema.policies.model.delivery.scopes import is_namespaced
from crema.policies.model.node import Node
from crema.policies.model.world import World


def _application(
    namespace: str = "argocd", destination: str = "server: https://kubernetes.default.svc, namespace: shop", project: str = "default"
) -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: order, namespace: {namespace}}}
        spec:
          project: {project}
          destination: {{{destination}}}
          source: {{repoURL: https://git.example.com/platform, path: shop/order, directory: {{recurse: true}}}}
    """
    return {"shop/_bootstrap/order.yaml": text, "shop/order/config.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: order}}"}


_NO_SPACE = "server: https://kubernetes.default.svc"
_PROJECT = """
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop, namespace: argocd}
    spec: {sourceNamespaces: ['team-*']}
"""
_CLUSTER = """
    apiVersion: v1
    kind: Secret
    metadata: {name: far, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
    stringData: {name: far, server: https://far.example.com}
"""


class ApplicationIsWhereArgoCdLooks(Policy[Application]):
    """An Application is in a namespace that Argo CD watches, and names one cluster that it knows and the namespace of what names none.

    Why: an Application elsewhere is never looked at; one with two destinations, none, or a cluster that Argo CD does not know is refused
    (InvalidSpecError); an object without a namespace, under a destination without one, fails the sync.
    Fix: put the Application beside Argo CD, with `server: https://kubernetes.default.svc` or a name, and a namespace.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/app-any-namespace/
    """

    id = "delivery-application-is-where-argo-cd-looks"
    basis = "breaks"
    allowed = (
        Example(name="beside Argo CD, to its own cluster", files=_application(), closed=True),
        Example(
            name="in a namespace that its project takes Applications from",
            files={**_application("team-a", project="shop"), "shop/_bootstrap/project.yaml": _PROJECT},
            closed=True,
        ),
        Example(
            name="to a cluster whose Secret is here",
            files={**_application(destination="name: far, namespace: shop"), "shop/_bootstrap/far.yaml": _CLUSTER},
            closed=True,
        ),
        Example(name="somebody's cluster", files=_application(destination="server: https://prod.example.com, namespace: shop")),
        Example(
            name="no namespace, where every object has its own",
            files={
                **_application(destination=_NO_SPACE),
                "shop/order/config.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: order, namespace: shop}}",
            },
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="in the namespace of what it deploys",
            files=_application("shop"),
            closed=True,
            at="Application/shop/order",
            pointer="/metadata/namespace",
            message="Application order is in namespace shop, where Argo CD does not look; it looks in argocd",
        ),
        Denied(
            name="a server and a name",
            files=_application(destination="server: https://kubernetes.default.svc, name: in-cluster, namespace: shop"),
            at="Application/argocd/order",
            pointer="/spec/destination",
            message="the destination has both server and name, which Argo CD refuses (InvalidSpecError)",
        ),
        Denied(
            name="neither of both",
            files=_application(destination="namespace: shop"),
            at="Application/argocd/order",
            pointer="/spec/destination",
            message="the destination has neither server nor name, which Argo CD refuses (InvalidSpecError)",
        ),
        Denied(
            name="a cluster that nobody made known",
            files=_application(destination="name: production, namespace: shop"),
            closed=True,
            at="Application/argocd/order",
            pointer="/spec/destination/name",
            message="Argo CD knows no cluster production: there is no Secret of a cluster with it, and its own is in-cluster",
        ),
        Denied(
            name="no namespace anywhere",
            files={
                name.replace("shop", "argocd"): text.replace("shop/", "argocd/")
                for name, text in _application(destination=_NO_SPACE).items()
            },
            at="Application/argocd/order",
            pointer="/spec/destination",
            message="the destination has no namespace, and ConfigMap/order has none of its own",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application."""
        return applications(world)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """The Application's own namespace, then its destination."""
        if not target.known:
            return
        argo = argo_namespace(world)
        project = project_of(world, target)
        elsewhere = target.namespace not in {"", argo}
        if world.closed and elsewhere and (project is None or not project.takes_applications_of(target.namespace, argo)):
            what = f"{target} is in namespace {target.namespace}, where Argo CD does not look; it looks in {argo}"
            node = target.manifest.root.get("metadata", "namespace") or target.manifest.root
            yield self.finding(node, what, fix=f"write namespace: {argo}")
        destination = target.spec.get("destination")
        server = destination.text("server") if destination is not None else None
        name = destination.text("name") if destination is not None else None
        place = destination or target.spec
        if server and name:
            what = "the destination has both server and name, which Argo CD refuses (InvalidSpecError)"
            yield self.finding(place, what, fix="take one of both out")
        elif not server and not name:
            what = "the destination has neither server nor name, which Argo CD refuses (InvalidSpecError)"
            yield self.finding(place, what, fix=f"write server: {IN_CLUSTER}")
        elif not target.is_here and not _is_known(world, target.server):
            yield from self._unknown(world, target, place.get("server" if server else "name") or place)
        if not target.target:
            lost = next((each for each in owned(world)[target] if not each.ref.namespace and is_namespaced(world, each.ref)), None)
            if lost is not None:
                what = f"the destination has no namespace, and {lost.ref} has none of its own"
                yield self.finding(place, what, fix="write destination.namespace")

    def _unknown(self, world: World, target: Application, place: Node) -> Iterator[Outcome]:
        if not world.closed:
            yield self.undecided(target.manifest, f"whether Argo CD knows the cluster {target.server}")
            return
        what = f"Argo CD knows no cluster {target.server}: there is no Secret of a cluster with it, and its own is in-cluster"
        yield self.finding(place, what, fix=f"write server: {IN_CLUSTER}, or add the Secret of the cluster")


def _is_known(world: World, server: str) -> bool:
    return server in world.derived(_clusters)


def _clusters(world: World) -> frozenset[str]:
    """The names and addresses of clusters whose Secrets are here, or come from an ExternalSecret with the label."""
    found = set()
    for manifest in world.of("", "Secret"):
        metadata = manifest.root.get("metadata")
        given = manifest.root.get("stringData")
        if metadata is not None and metadata.texts("labels").get("argocd.argoproj.io/secret-type") == "cluster" and given is not None:
            found |= {given.text("name") or "", (given.text("server") or "").rstrip("/")}
    return frozenset(found)
