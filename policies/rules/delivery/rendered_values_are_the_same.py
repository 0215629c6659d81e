"""The policy delivery-rendered-values-are-the-same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.documents import Json
from crema.policies.model.helm import Release, every_release
from crema.policies.model.world import World

_BITNAMI: Final = "bitnami"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A value that a chart draws by lot each time that it is rendered. `below`: the part of the values; `settles`: each of these values,
    set to something, makes it the same every time; `off`: values that, set to false, leave it out, `on`: one that first asks for it.
    """

    what: str
    below: tuple[str, ...] = ()
    settles: tuple[tuple[str, ...], ...] = ()
    off: tuple[tuple[str, ...], ...] = ()
    on: tuple[str, ...] = ()
    publisher: str = ""


_GRAFANA: Final = (("admin", "existingSecret"), ("adminPassword",))
_DRAWN: Final[dict[str, Drawn]] = {
    "aws-load-balancer-controller": Drawn(
        what="the certificate of its webhooks", settles=(("enableCertManager",), ("webhookTLS", "caCert"), ("webhookTLS", "cert"))
    ),
    "grafana": Drawn(what="the password of Grafana", settles=_GRAFANA),
    "kube-prometheus-stack": Drawn(
        what="the password of Grafana",
        below=("grafana",),
        settles=tuple(("grafana", *keys) for keys in _GRAFANA),
        off=(("grafana", "enabled"),),
    ),
    "loki-stack": Drawn(
        what="the password of Grafana",
        below=("grafana",),
        settles=tuple(("grafana", *keys) for keys in _GRAFANA),
        on=("grafana", "enabled"),
    ),
    "mariadb": Drawn(
        what="the passwords of the database",
        below=("auth",),
        settles=(("auth", "existingSecret"), ("auth", "rootPassword")),
        publisher=_BITNAMI,
    ),
    "mongodb": Drawn(
        what="the passwords of the database",
        below=("auth",),
        settles=(("auth", "existingSecret"), ("auth", "rootPassword")),
        off=(("auth", "enabled"),),
        publisher=_BITNAMI,
    ),
    "mysql": Drawn(
        what="the passwords of the database",
        below=("auth",),
        settles=(("auth", "existingSecret"), ("auth", "rootPassword")),
        publisher=_BITNAMI,
    ),
    "postgresql": Drawn(
        what="the passwords of the database",
        below=("auth",),
        settles=(
            ("auth", "existingSecret"),
            ("auth", "postgresPassword"),
            ("global", "postgresql", "auth", "existingSecret"),
            ("global", "postgresql", "auth", "postgresPassword"),
        ),
        publisher=_BITNAMI,
    ),
    "redis": Drawn(
        what="the password of the database",
        below=("auth",),
        settles=(("auth", "existingSecret"), ("auth", "password")),
        off=(("auth", "enabled"),),
        publisher=_BITNAMI,
    ),
}


def _application(chart: str = "kube-prometheus-stack", values: str = "{}", more: str = "") -> str:
    return f"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: stack, namespace: argocd}}
        spec:
          destination: {{server: https://kubernetes.default.svc, namespace: monitoring}}
          source:
            repoURL: https://charts.example.com/bitnami
            chart: {chart}
            targetRevision: 88.5.3
            helm: {{valuesObject: {values}}}
          syncPolicy: {{automated: {{selfHeal: true}}}}
          {more}
    """


_AT = "Application/argocd/stack"
_ENDS = "anew each time that it is rendered, so the Application is never Synced, and each sync changes it"


class RenderedValuesAreTheSame(Policy[Release]):
    """A chart renders the same from the same values.

    Why: Argo CD renders with nothing of the cluster at hand. A chart that draws a password or a certificate by lot makes another one each
    time: the Application is OutOfSync for ever, each sync replaces the Secret and restarts the pods, and a database keeps the first.
    Fix: name a Secret that is made once, in the values.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#random-data
    """

    id = "delivery-rendered-values-are-the-same"
    basis = "breaks"
    allowed = (
        Example(name="a Secret of one's own", manifests=_application(values="{grafana: {admin: {existingSecret: grafana-admin}}}")),
        Example(name="no Grafana", manifests=_application(values="{grafana: {enabled: false}}")),
        Example(
            name="the difference is ignored", manifests=_application(more="ignoreDifferences: [{kind: Secret, jsonPointers: [/data]}]")
        ),
        Example(name="a chart that draws nothing", manifests=_application("tempo")),
    )
    denied = (
        Denied(
            name="the password of Grafana",
            manifests=_application(values="{grafana: {sidecar: {}}}"),
            at=_AT,
            pointer="/spec/source/helm/valuesObject/grafana",
            message=f"chart kube-prometheus-stack makes the password of Grafana {_ENDS}; set grafana.admin.existingSecret",
        ),
        Denied(
            name="without any values",
            manifests=_application(),
            at=_AT,
            pointer="/spec/source/chart",
            message=f"chart kube-prometheus-stack makes the password of Grafana {_ENDS}; set grafana.admin.existingSecret",
        ),
        Denied(
            name="the passwords of a database",
            manifests=_application("mysql", "{auth: {database: shop}}"),
            at=_AT,
            pointer="/spec/source/helm/valuesObject/auth",
            message=f"chart mysql makes the passwords of the database {_ENDS}; set auth.existingSecret",
        ),
    )

    def targets(self, world: World) -> Iterable[Release]:
        """Every chart that an Application installs."""
        return every_release(world)

    def judge(self, world: World, target: Release) -> Iterator[Outcome]:
        """What the chart draws, and whether its values settle that."""
        del world
        drawn = _DRAWN.get(target.chart)
        if drawn is None or (drawn.publisher and not _is_of(target, drawn.publisher)) or _ignores_secrets(target):
            return
        values = target.values
        if any(_is_set(values.get(None, *keys)) for keys in drawn.settles) or (drawn.on and not values.true(False, *drawn.on)):
            return
        if any(not values.true(True, *keys) for keys in drawn.off):
            return
        if target.unread:
            yield self.undecided(target.manifest, f"the values of {target}: {target.unread}")
            return
        what = f"chart {target.chart} makes {drawn.what} {_ENDS}; set {'.'.join(drawn.settles[0])}"
        yield self.finding(values.place(target.source, *drawn.below) if drawn.below else target.source, what)


def _is_of(release: Release, publisher: str) -> bool:
    """Whether a chart comes from a publisher; others have charts of the same name."""
    body = str(release.manifest.body.get("spec"))
    return publisher in body


def _is_set(value: Json) -> bool:
    return value not in (None, "", False, {}, [])


def _ignores_secrets(release: Release) -> bool:
    top = release.manifest.root if release.manifest.ref.kind == "Application" else release.manifest.root.get("spec", "template")
    spec = top.get("spec") if top is not None else None
    kinds = {rule.text("kind") for rule in spec.items("ignoreDifferences")} if spec is not None else set()
    return "Secret" in kinds or "*" in kinds
