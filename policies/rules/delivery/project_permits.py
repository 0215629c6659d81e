"""The policy delivery-project-permits."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, applications
from crema.policies.model.delivery.nearly import Names
from crema.policies.model.delivery.owners import Owned, owned
from crema.policies.model.delivery.projects import Project, cluster, project_of, projects, scoped
from crema.policies.model.delivery.scopes import group_kind, is_namespaced
from crema.policies.model.manifest import Ref
from crema.policies.model.world import World

_PROJECT = """
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop, namespace: argocd}
    spec:
      sourceRepos: [REPOSITORIES]
      destinations: [{server: https://kubernetes.default.svc, namespace: NAMESPACE}]
      clusterResourceWhitelist: [CLUSTER]
      namespaceResourceWhitelist: [KINDS]
    ---
"""
_APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: order, namespace: argocd}
    spec:
      project: shop
      destination: {server: https://kubernetes.default.svc, namespace: shop}
      source: {repoURL: https://git.example.com/platform.git, path: shop/order, directory: {recurse: true}}
"""
_HERE = {
    "shop/order/namespace.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
    "shop/order/job.yaml": "{apiVersion: batch/v1, kind: CronJob, metadata: {name: report}}",
}
_AT = "Application/argocd/order"


def _files(
    repositories: str = "https://git.example.com/platform",
    namespace: str = "shop",
    cluster_kinds: str = "{group: '', kind: Namespace}",
    kinds: str = "{group: batch, kind: CronJob}",
) -> dict[str, str]:
    text = _PROJECT.replace("REPOSITORIES", repositories).replace("NAMESPACE", namespace).replace("CLUSTER", cluster_kinds)
    return {"shop/_bootstrap/all.yaml": text.replace("KINDS", kinds) + _APPLICATION, **_HERE}


class ProjectPermits(Policy[Application]):
    """The project of an Application is there, and permits its repository, its destination and every kind that it applies.

    Why: Argo CD refuses to sync an Application whose project is missing or does not permit its repository or destination, and fails the
    whole sync when one object is of a kind, or in a namespace, that the project does not permit. What a chart brings counts too.
    Fix: add to the project what it has to permit.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/

    Without a list of kinds in namespaces all of them are permitted; without one of the cluster's kinds none is.
    """

    id = "delivery-project-permits"
    basis = "breaks"
    allowed = (
        Example(name="everything is permitted, the repository without its .git", files=_files(), closed=True),
        Example(
            name="by patterns",
            files=_files("'https://git.example.com/*'", "'sh*'", "{group: '*', kind: '*'}", "{group: '*', kind: 'Cron*'}"),
            closed=True,
        ),
        Example(
            name="no list of kinds in namespaces permits them all",
            files={name: text.replace("namespaceResourceWhitelist: []", "roles: []") for name, text in _files(kinds="").items()},
            closed=True,
        ),
        Example(
            name="the project called default is there without being written",
            files={"shop/_bootstrap/all.yaml": _APPLICATION.replace("project: shop", "project: default"), **_HERE},
            closed=True,
        ),
        Example(name="somebody's directory without the projects", files={"shop/_bootstrap/all.yaml": _APPLICATION, **_HERE}),
    )
    denied = (
        Denied(
            name="no project of that name",
            files={**_files(), "shop/_bootstrap/all.yaml": _files()["shop/_bootstrap/all.yaml"].replace("project: shop", "project: shopp")},
            closed=True,
            at=_AT,
            pointer="/spec/project",
            message="there is no AppProject shopp; did you mean shop?",
        ),
        Denied(
            name="a pattern that stops at a slash",
            files=_files("'https://*'"),
            closed=True,
            at=_AT,
            pointer="/spec/source/repoURL",
            message="project shop does not permit the repository https://git.example.com/platform.git; it permits https://*",
        ),
        Denied(
            name="a repository that is denied beside a pattern that takes all",
            files=_files("'*', '!https://git.example.com/platform'"),
            closed=True,
            at=_AT,
            pointer="/spec/source/repoURL",
            message="project shop does not permit the repository https://git.example.com/platform.git; "
            "it permits *, !https://git.example.com/platform",
        ),
        Denied(
            name="another namespace",
            files=_files(namespace="test"),
            closed=True,
            at=_AT,
            pointer="/spec/destination/namespace",
            message="project shop does not permit namespace shop of https://kubernetes.default.svc; it permits test",
        ),
        Denied(
            name="a kind of the cluster, and one of a namespace",
            files=_files(cluster_kinds="", kinds="{group: apps, kind: Deployment}"),
            closed=True,
            at="AppProject/argocd/shop",
            pointer="/spec/clusterResourceWhitelist",
            message="project shop does not permit Namespace, of which Application order applies shop; "
            "its clusterResourceWhitelist lacks it",
            also=(
                Pinned(
                    at="AppProject/argocd/shop",
                    pointer="/spec/namespaceResourceWhitelist",
                    message="project shop does not permit CronJob.batch, of which Application order applies report; "
                    "its namespaceResourceWhitelist lacks it",
                ),
            ),
        ),
        Denied(
            name="a Namespace that Argo CD is to make",
            files={
                "shop/_bootstrap/all.yaml": _files(cluster_kinds="")["shop/_bootstrap/all.yaml"]
                + "\n      syncPolicy: {syncOptions: [CreateNamespace=true]}",
                "shop/order/job.yaml": _HERE["shop/order/job.yaml"],
            },
            closed=True,
            at=_AT,
            pointer="/spec/syncPolicy/syncOptions/0",
            message="CreateNamespace=true makes the Namespace shop, and project shop does not permit Namespace",
        ),
    )

    def targets(self, world: World) -> Iterable[Application]:
        """Every Application."""
        return applications(world)

    def judge(self, world: World, target: Application) -> Iterator[Outcome]:
        """The project, then what it permits; one finding for each thing that it does not."""
        if not target.known:
            return
        project = project_of(world, target)
        if project is None:
            yield from self._missing(world, target)
        elif project.manifest is not None:
            open_ended = scoped(world) & {project.name, "*"}
            if not open_ended:
                yield from self._repositories(target, project)
            # A cluster that only has a name, and that nobody knows, is refused before the project is asked.
            addressed = not world.closed or bool(cluster(target)[0])
            if addressed and not open_ended:
                yield from self._destinations(world, target, project)
            yield from self._kinds(world, target, project)

    def _missing(self, world: World, target: Application) -> Iterator[Outcome]:
        near = world.derived(_names).like(target.project)
        if not world.closed and not near:
            yield self.undecided(target.manifest, f"what the project {target.project} permits")
            return
        hint = f"; did you mean {near}?" if near else ""
        fix = f"write {near}" if near else f"add an AppProject {target.project}"
        yield self.finding(target.spec.get("project") or target.spec, f"there is no AppProject {target.project}{hint}", fix=fix)

    def _repositories(self, target: Application, project: Project) -> Iterator[Outcome]:
        for source in target.sources:
            if source.repository and not project.takes_repository(source.repository):
                listed = ", ".join(project.repositories) or "none"
                what = f"project {project.name} does not permit the repository {source.repository}; it permits {listed}"
                yield self.finding(source.node.get("repoURL") or source.node, what, related=_there(project, "sourceRepos"))

    def _destinations(self, world: World, target: Application, project: Project) -> Iterator[Outcome]:
        server, name = cluster(target)
        spaces: dict[str, Owned | None] = {target.target: None}
        for each in owned(world)[target]:
            if each.ref.namespace:
                spaces.setdefault(each.ref.namespace, each)
        for namespace, owner in sorted(spaces.items()):
            if not (server or name) or project.takes_destination(server, name, namespace):
                continue
            listed = ", ".join(dict.fromkeys(item.namespace for item in project.destinations)) or "none"
            where = f"namespace {namespace or '(none)'} of {server or name}"
            what = f"project {project.name} does not permit {where}; it permits {listed}"
            there = _there(project, "destinations")
            if owner is None:
                node = target.spec.get("destination", "namespace") or target.spec.get("destination") or target.spec
                yield self.finding(node, what, related=there, subject=namespace)
            else:
                whose = f"{what}; {target} applies {owner.ref}"
                node = (
                    target.sources[0].place
                    if owner.release is not None
                    else owner.manifest.root.get("metadata", "namespace") or owner.manifest.root
                )
                yield self.finding(node, whose, related=there, subject=namespace)

    def _kinds(self, world: World, target: Application, project: Project) -> Iterator[Outcome]:
        seen: set[tuple[str, str]] = set()
        for each in owned(world)[target]:
            kind = (each.ref.group, each.ref.kind)
            namespaced = is_namespaced(world, each.ref)
            scope = bool(each.ref.namespace) if namespaced is None else namespaced
            permitted = project.takes_kind(each.ref, namespaced=scope)
            if permitted or kind in seen or (namespaced is None and project.takes_kind(each.ref, namespaced=not scope)):
                continue
            seen.add(kind)
            yield self._kind(target, project, each, namespaced=scope)
        option = target.options.get("CreateNamespace=true")
        space = Ref(group="", kind="Namespace", namespace="", name=target.target)
        made = world.get(space) is not None
        if option is not None and target.target and not made and not project.takes_kind(space, namespaced=False):
            what = f"CreateNamespace=true makes the Namespace {target.target}, and project {project.name} does not permit Namespace"
            yield self.finding(option, what, related=_there(project, "clusterResourceWhitelist"))

    def _kind(self, target: Application, project: Project, each: Owned, *, namespaced: bool) -> Outcome:
        lists, denied = ("namespaceResource", project.no_kinds) if namespaced else ("clusterResource", project.no_cluster_kinds)
        key = f"{lists}{'Blacklist' if denied.takes(each.ref) else 'Whitelist'}"
        why = f"its {key} has it" if key.endswith("Blacklist") else f"its {key} lacks it"
        by = f"chart {each.release.chart} of {target}" if each.release is not None else str(target)
        kind = group_kind(each.ref)
        what = f"project {project.name} does not permit {kind}, of which {by} applies {each.ref.name}; {why}"
        assert project.manifest is not None
        spec = project.manifest.root.get("spec") or project.manifest.root
        where = each.at()
        there = Related(manifest=where.manifest, pointer=where.pointer, note="what is not permitted")
        return self.finding(spec.get(key) or spec, what, related=(there,), subject=f"{target.name} {kind}")


def _there(project: Project, key: str) -> tuple[Related, ...]:
    assert project.manifest is not None
    return (Related(manifest=project.manifest, pointer=f"/spec/{key}", note="what the project permits"),)


def _names(world: World) -> Names:
    return Names(project.name for project in projects(world))
