"""The policy delivery-argo-cd-values-have-their-type."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.contracts.contract import contract_for
from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.argo_cd import MAPS, RBAC, ArgoCD, Setting, installations
from crema.policies.model.entry.argo_cd_rights import RESOURCES, defined, lines
from crema.policies.model.entry.argo_cd_settings import instead_of, kind_of, meant_by, read_from, required
from crema.policies.model.helm import Release
from crema.policies.model.world import World

_MAPS: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd}}
    data: {{{cm}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-rbac-cm, namespace: argocd}}
    data: {{{rbac}}}
"""
_APPLICATION: Final = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: argo-cd, namespace: argocd}}
    spec:
      destination: {{namespace: argocd}}
      source: {{chart: argo-cd, targetRevision: 10.1.1, helm: {{valuesObject: {{configs: {{{configs}}}}}}}}}
"""
_CM: Final = "/spec/source/helm/valuesObject/configs/cm"


def _maps(cm: str = "", rbac: str = "") -> str:
    return _MAPS.format(cm=cm, rbac=rbac)


class ArgoCdValuesHaveTheirType(Policy[ArgoCD]):
    """Every key of Argo CD's ConfigMaps is one that it reads, with a value that it can read.

    Why: they are all text, which no schema checks. Argo CD warns in its log about a duration without a unit and keeps its default, takes
    every other word than true for false, and never looks at a misspelt key; a list that it cannot parse stops all syncing.
    Fix: write the value as the message asks; give the key its name.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/
    """

    id = "delivery-argo-cd-values-have-their-type"
    basis = "breaks"
    allowed = (
        Example(
            name="as they are read",
            manifests=_maps(
                "timeout.reconciliation: 180s, timeout.hard.reconciliation: '0', users.session.duration: 7d, exec.enabled: 'false', "
                "resource.customizations.health.argoproj.io_Application: 'hs = {}', accounts.ci: apiKey, "
                "resource.exclusions: '[{apiGroups: [cilium.io], kinds: [CiliumIdentity], clusters: [\"*\"]}]'",
                "policy.default: 'role:dev', policy.csv: 'p, role:dev, applications, sync, shop/*, allow', "
                "policy.team.csv: 'g, a, role:dev'",
            ),
        ),
        Example(
            name="booleans of the chart's values, which it prints as text",
            manifests=_APPLICATION.format(configs="params: {server.insecure: true}, cm: {create: true, exec.enabled: false}"),
        ),
        Example(name="a key that is like none, in somebody's directory", manifests=_maps("company.note: hello")),
    )
    denied = (
        Denied(
            name="a duration without a unit, a word for true, and a misspelt key",
            manifests=_APPLICATION.format(
                configs="cm: {timeout.reconciliation: 180, admin.enabled: 'no', resource.exclusion: '[]'}, params: {server.insecure: 1}"
            ),
            at="Application/argocd/argo-cd",
            pointer=f"{_CM}/timeout.reconciliation",
            message="timeout.reconciliation of argocd-cm is 180; a duration with a unit (180s, 3m) is required",
            also=(
                Pinned(
                    at="Application/argocd/argo-cd",
                    pointer=f"{_CM}/admin.enabled",
                    message="admin.enabled of argocd-cm is no; true or false is required",
                ),
                Pinned(
                    at="Application/argocd/argo-cd",
                    pointer=f"{_CM}/resource.exclusion",
                    message="Argo CD reads no resource.exclusion of argocd-cm; did you mean resource.exclusions?",
                ),
                Pinned(
                    at="Application/argocd/argo-cd",
                    pointer="/spec/source/helm/valuesObject/configs/params/server.insecure",
                    message="server.insecure of argocd-cmd-params-cm is 1; true or false is required",
                ),
            ),
        ),
        Denied(
            name="a key in another ConfigMap, an address without its scheme, and what no account can do",
            manifests=_maps("server.insecure: 'true', url: argocd.example.com, accounts.ci: 'apikey, login'"),
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/server.insecure",
            message="Argo CD reads server.insecure from argocd-cmd-params-cm, and it stands in argocd-cm",
            also=(
                Pinned(
                    at="ConfigMap/argocd/argocd-cm",
                    pointer="/data/url",
                    message="url of argocd-cm is argocd.example.com; an address that begins with http:// or https:// is required",
                ),
                Pinned(
                    at="ConfigMap/argocd/argocd-cm",
                    pointer="/data/accounts.ci",
                    message="accounts.ci of argocd-cm is apikey, login; a list of apiKey and login is required",
                ),
            ),
        ),
        Denied(
            name="a list that is none, and one that restricts by an unknown key",
            manifests=_maps(
                "resource.exclusions: 'kinds: [Lease]', resource.inclusions: '[{groups: [apps]}]', "
                "application.resourceTrackingMethod: labels"
            ),
            at="ConfigMap/argocd/argocd-cm",
            pointer="/data/resource.exclusions",
            message="resource.exclusions of argocd-cm has another form; a list of apiGroups, kinds and clusters in YAML is required",
            also=(
                Pinned(
                    at="ConfigMap/argocd/argocd-cm",
                    pointer="/data/resource.inclusions",
                    message="resource.inclusions of argocd-cm has another form; a list in YAML with no keys but apiGroups, kinds and "
                    "clusters (groups restricts nothing) is required",
                ),
                Pinned(
                    at="ConfigMap/argocd/argocd-cm",
                    pointer="/data/application.resourceTrackingMethod",
                    message="application.resourceTrackingMethod of argocd-cm is labels; one of annotation, annotation+label, label "
                    "is required",
                ),
            ),
        ),
        Denied(
            name="rights that cannot be read, and roles that nobody made",
            manifests=_maps(
                "",
                "policy.default: 'role:reader', policy.csv: \"p, role:dev, aplications, sync, shop/*, allow\\n"
                'p, role:dev, logs, get, shop/*\\ng, sre, role:admins"',
            ),
            at="ConfigMap/argocd/argocd-rbac-cm",
            pointer="/data/policy.default",
            message="policy.default is role:reader, a role that neither Argo CD nor policy.csv has; did you mean role:readonly?",
            also=(
                Pinned(
                    at="ConfigMap/argocd/argocd-rbac-cm",
                    pointer="/data/policy.csv",
                    message="line 1 of policy.csv speaks of aplications, which is no resource of Argo CD; did you mean applications?",
                ),
                Pinned(
                    at="ConfigMap/argocd/argocd-rbac-cm",
                    pointer="/data/policy.csv",
                    message="line 2 of policy.csv has 5 fields, where 6 are required",
                ),
                Pinned(
                    at="ConfigMap/argocd/argocd-rbac-cm",
                    pointer="/data/policy.csv",
                    message="line 3 of policy.csv gives sre role:admins, a role that neither Argo CD nor policy.csv has; "
                    "did you mean role:admin?",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[ArgoCD]:
        """Every Argo CD whose configuration is here."""
        return installations(world)

    def judge(self, world: World, target: ArgoCD) -> Iterator[Outcome]:
        """Each key by what Argo CD takes it for, then the roles."""
        for setting in target.settings.values():
            if setting.own and setting.name in MAPS:
                yield from self._setting(world, target, setting)
        yield from self._rights(target)

    def _setting(self, world: World, target: ArgoCD, setting: Setting) -> Iterator[Outcome]:
        kind, where = kind_of(setting.name, setting.key), f"{setting.key} of {setting.name}"
        if kind:
            if wanted := required(kind, setting.value):
                short = "\n" not in setting.value and len(setting.value) < 40 and kind not in {"filters", "list", "mapping"}
                said = f"is {setting.value}" if short else "has another form"
                yield self.finding(setting.place, f"{where} {said}; {wanted} is required", subject=setting.key)
            return
        known = world.closed if target.release is None else _is_covered(target.release)
        if known and (instead := instead_of(setting.name, setting.key)):
            message = f"Argo CD has not read {where} since 3.0; {instead} stands for it"
            yield self.finding(setting.place, message, subject=setting.key)
        elif other := read_from(setting.name, setting.key):
            message = f"Argo CD reads {setting.key} from {other}, and it stands in {setting.name}"
            yield self.finding(setting.place, message, fix=f"move it to {other}", subject=setting.key)
        elif meant := meant_by(setting.name, setting.key):
            yield self.finding(setting.place, f"Argo CD reads no {where}; did you mean {meant}?", subject=setting.key)
        elif known:
            yield self.finding(setting.place, f"Argo CD reads no {where}", severity="warning", subject=setting.key)

    def _rights(self, target: ArgoCD) -> Iterator[Outcome]:
        policy, default = lines(target), target.get(RBAC, "policy.default")
        roles = defined(policy)
        if default is not None and default.own and default.value.startswith("role:") and default.value not in roles:
            message = f"policy.default is {default.value}, a role that neither Argo CD nor policy.csv has{nearest(default.value, roles)}"
            yield self.finding(default.place, message, subject="policy.default")
        for line in policy:
            where, at = f"line {line.number} of {line.setting.key}", f"{line.setting.key}:{line.number}"
            if line.wrong:
                hint = nearest(line.fields[2], RESOURCES - {"*"}) if line.wrong.startswith("speaks") else ""
                yield self.finding(line.setting.place, f"{where} {line.wrong}{hint}", subject=at)
            elif line.is_grant and line.fields[2].startswith("role:") and line.fields[2] not in roles:
                message = f"{where} gives {line.fields[1]} {line.fields[2]}, a role that neither Argo CD nor policy.csv has"
                yield self.finding(line.setting.place, f"{message}{nearest(line.fields[2], roles)}", subject=at)


def _is_covered(release: Release) -> bool:
    """Whether the chart is of a version that is known: a newer one may read more."""
    contract = contract_for(release.chart)
    return contract is not None and contract.covers(release.version)
