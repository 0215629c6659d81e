"""The policy delivery-value-sources-resolve."""

import fnmatch
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.delivery.applications import Application, Source, applications
from crema.policies.model.delivery.folders import tree
from crema.policies.model.delivery.nearly import Names
from crema.policies.model.delivery.tree import folder_of, is_current, roots
from crema.policies.model.documents import Unreadable, first_body
from crema.policies.model.node import Node
from crema.policies.model.world import World


def _application(files: str, ref: str = "values", more: str = "") -> dict[str, str]:
    text = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: loki, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: monitoring}}
          sources:
            - repoURL: https://charts.example.com
              chart: loki
              targetRevision: 18.11.0
              helm: {{valueFiles: [{files}]{more}}}
            - {{repoURL: https://git.example.com/platform, targetRevision: main, ref: {ref}}}
    """
    plain = """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: order, namespace: argocd}
        spec:
          destination: {server: https://kubernetes.default.svc, namespace: monitoring}
          source: {repoURL: https://git.example.com/platform, targetRevision: main, path: live/order, directory: {recurse: true}}
    """
    return {
        "live/_bootstrap/loki.yaml": text,
        "live/_bootstrap/order.yaml": plain,
        "live/order/a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: order}}",
        "live/values/loki.yaml": "{loki: {auth_enabled: false}}",
    }


_POINTER = "/spec/sources/0/helm/valueFiles/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """A source of a chart, with its settings of Helm."""

    application: Application
    source: Source

    def __str__(self) -> str:
        """The Application."""
        return str(self.application)


class ValueSourcesResolve(Policy[Values]):
    """The values of a chart are there: every file in the source that it names, and text that is YAML.

    Why: Argo CD renders nothing while one file is missing or its `$name` is no source: the Application stays as it was, its sync status is
    Unknown, and no commit is applied. With ignoreMissingValueFiles the chart is installed without them, in silence.
    Fix: write the name of the source's ref, and the path of the file from the top of that repository.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository
    """

    id = "delivery-value-sources-resolve"
    basis = "breaks"
    allowed = (
        Example(name="a file of the source that has that ref", files=_application("$values/live/values/loki.yaml"), closed=True),
        Example(
            name="a file that the chart itself has, and one of another host",
            files=_application("values-prod.yaml, https://x.example.com/v.yaml"),
        ),
        Example(
            name="a file that may be missing", files=_application("$values/live/values/no.yaml", more=", ignoreMissingValueFiles: true")
        ),
        Example(name="a pattern that takes a file", files=_application("$values/live/values/l*.yaml"), closed=True),
    )
    denied = (
        Denied(
            name="no source has that ref",
            files=_application("$value/live/values/loki.yaml"),
            closed=True,
            at="Application/argocd/loki",
            pointer=_POINTER,
            message="no source has the ref value, of which valueFiles names live/values/loki.yaml; there is values",
        ),
        Denied(
            name="the file is not there",
            files=_application("$values/live/values/lokki.yaml"),
            closed=True,
            at="Application/argocd/loki",
            pointer=_POINTER,
            message="there is no file live/values/lokki.yaml in https://git.example.com/platform; did you mean live/values/loki.yaml?",
        ),
        Denied(
            name="a pattern that takes no file",
            files=_application("'$values/live/values/prod-*.yaml'"),
            closed=True,
            at="Application/argocd/loki",
            pointer=_POINTER,
            message="no file in https://git.example.com/platform is taken by live/values/prod-*.yaml",
        ),
        Denied(
            name="values that are no YAML",
            files=_application("", more=", values: 'a: [b'"),
            closed=True,
            at="Application/argocd/loki",
            pointer="/spec/sources/0/helm/values",
            message="values cannot be read: not YAML: did not find expected ',' or ']'",
        ),
        Denied(
            name="values twice, of which one counts",
            files=_application("", more=", values: 'a: b', valuesObject: {a: c}"),
            closed=True,
            at="Application/argocd/loki",
            pointer="/spec/sources/0/helm/values",
            message="valuesObject is set too, so Argo CD passes over values",
        ),
        Denied(
            name="the source with the ref is a chart",
            files={
                name: text.replace("main, ref: values", "1.0.0, chart: more, ref: values")
                for name, text in _application("$values/a.yaml").items()
            },
            closed=True,
            at="Application/argocd/loki",
            pointer="/spec/sources/1/ref",
            message="the source with the ref values is a chart; files can only be taken from a repository of git",
        ),
    )

    def targets(self, world: World) -> Iterable[Values]:
        """Every source with settings of Helm."""
        for application in applications(world):
            for source in application.sources:
                if source.node.get("helm") is not None:
                    yield Values(application=application, source=source)

    def judge(self, world: World, target: Values) -> Iterator[Outcome]:
        """Each file by itself; what the chart's own package holds is not known here."""
        helm = target.source.node.get("helm")
        if helm is None or not target.application.known:
            return
        yield from self._text(helm)
        lax = bool(helm.flag("ignoreMissingValueFiles"))
        refs = {source.ref: source for source in target.application.sources if source.ref}
        parameters = [place for item in helm.items("fileParameters") if (place := item.get("path")) is not None]
        asked = [*helm.items("valueFiles"), *parameters]
        for node in asked:
            named = str(node.value)
            if "{{" in named or "$ARGOCD" in named or "://" in named:
                continue
            if not named.startswith("$"):
                yield from self._own(world, target, node, lax=lax)
                continue
            ref, _, path = named[1:].partition("/")
            source = refs.get(ref)
            if source is None:
                there = f"there is {', '.join(sorted(refs))}" if refs else "no source has a ref"
                yield self.finding(node, f"no source has the ref {ref}, of which valueFiles names {path}; {there}")
            elif source.is_chart:
                what = f"the source with the ref {ref} is a chart; files can only be taken from a repository of git"
                yield self.finding(source.node.get("ref") or source.node, what)
            elif not lax and source.url in roots(world):
                yield from self._looked_up(world, target, node, source, path)

    def _text(self, helm: Node) -> Iterator[Outcome]:
        """Values as text: YAML, and the only ones."""
        text = helm.get("values")
        if text is None or "{{" in str(text.value):
            return
        if helm.get("valuesObject") is not None:
            yield self.finding(text, "valuesObject is set too, so Argo CD passes over values", fix="keep one of both")
            return
        try:
            read = first_body(text.value) if isinstance(text.value, str) else {}
        except Unreadable as broken:
            yield self.finding(text, f"values cannot be read: {broken.why}", fix="write YAML, or use valuesObject")
            return
        if read is not None and not isinstance(read, dict):
            yield self.finding(text, "values is no mapping, so Helm refuses it", fix="write key: value")

    def _own(self, world: World, target: Values, node: Node, *, lax: bool) -> Iterator[Outcome]:
        """A file beside a chart in git: relative to its folder, or with a slash to the top of the repository."""
        named, source = str(node.value), target.source
        folder = folder_of(world, source)
        if lax or folder is None or folder not in tree(world).folders:
            return
        path = named[1:] if named.startswith("/") else posixpath.normpath(posixpath.join(source.path, named))
        yield from self._looked_up(world, target, node, source, path)

    def _looked_up(self, world: World, target: Values, node: Node, source: Source, path: str) -> Iterator[Outcome]:
        here, file = tree(world), roots(world)[source.url].folder(path)
        if file is None or file in world.derived(_files):
            return
        folder, name = posixpath.split(file)
        hops = (str(target.application), f"source {source.repository}", path)
        if any(sign in name for sign in "*?["):
            if "**" not in path and not any(sign in folder for sign in "*?["):
                beside = [other for other in here.below(folder) if posixpath.dirname(other) == folder]
                known = world.closed and folder in here.folders
                if known and not any(fnmatch.fnmatchcase(other, file) for other in beside):
                    yield self.finding(node, f"no file in {source.repository} is taken by {path}", path=hops)
            return
        near = world.derived(_names).like(file)
        sure = roots(world)[source.url].sure and folder in here.folders
        if is_current(world, source) and (near or sure):
            hint = f"; did you mean {near.removeprefix(roots(world)[source.url].before)}?" if near else ""
            yield self.finding(node, f"there is no file {path} in {source.repository}{hint}", path=hops)
        else:
            yield self.undecided(target.application.manifest, f"whether the file {path} is in {source.repository}")


def _files(world: World) -> frozenset[str]:
    return frozenset(tree(world).files)


def _names(world: World) -> Names:
    return Names(tree(world).files)
