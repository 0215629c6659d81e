"""The policy delivery-argo-cd-gives-no-one-everything."""

from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.argo_cd import CM, PARAMS, RBAC, ArgoCD, installations
from crema.policies.model.entry.argo_cd_rights import everything, lines
from crema.policies.model.world import World

_MAPS: Final = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-rbac-cm, namespace: argocd}}
    data: {{{rbac}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cm, namespace: argocd}}
    data: {{{cm}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: argocd-cmd-params-cm, namespace: argocd}}
    data: {{{params}}}
"""


def _maps(rbac: str = "", cm: str = "", params: str = "") -> str:
    return _MAPS.format(rbac=rbac, cm=cm, params=params)


_APPLICATION: Final = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: argo-cd, namespace: argocd}
    spec:
      destination: {namespace: argocd}
      source: {chart: argo-cd, targetRevision: 10.1.1, helm: {valuesObject: {configs: {rbac: {policy.default: 'role:admin'}}}}}
"""


class ArgoCdGivesNoOneEverything(Policy[ArgoCD]):
    """Nobody may change everything in Argo CD merely by coming in: not by the default role, not without logging in.

    Why: policy.default is given to whoever logs in, by any account or any user of the single sign-on; with users.anonymous.enabled to
    whoever has the address. Who may change Applications may run what they like in the cluster.
    Fix: leave policy.default empty or set it to role:readonly, and give roles to groups in policy.csv.
    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/#default-policy-for-authenticated-users
    """

    id = "delivery-argo-cd-gives-no-one-everything"
    basis = "breaks"
    allowed = (
        Example(name="everybody may look", manifests=_maps("policy.default: 'role:readonly'", "users.anonymous.enabled: 'true'")),
        Example(
            name="a group is admin, and everybody may sync one project",
            manifests=_maps(
                'policy.default: "role:dev", policy.csv: "g, sre, role:admin\\np, role:dev, applications, sync, shop/*, allow"'
            ),
        ),
        Example(
            name="what is allowed is denied too, which is stronger",
            manifests=_maps(
                'policy.default: "role:dev", policy.csv: "p, role:dev, applications, sync, */*, allow\\n'
                'p, role:dev, applications, sync, */*, deny"'
            ),
        ),
        Example(name="nothing is said", manifests=_maps()),
    )
    denied = (
        Denied(
            name="admin by default, in a chart's values",
            manifests=_APPLICATION,
            at="Application/argocd/argo-cd",
            pointer="/spec/source/helm/valuesObject/configs/rbac/policy.default",
            message="policy.default is role:admin: whoever logs in may change everything",
        ),
        Denied(
            name="a role of one's own that may do everything, for whoever comes",
            manifests=_maps('policy.default: "role:dev", policy.csv: "p, role:dev, *, *, */*, allow"', "users.anonymous.enabled: 'true'"),
            at="ConfigMap/argocd/argocd-rbac-cm",
            pointer="/data/policy.default",
            message="policy.default is role:dev: whoever has the address, without logging in, may change every Application",
        ),
        Denied(
            name="admin through another role, and no log-in at all",
            manifests=_maps('policy.default: "role:dev", policy.csv: "g, role:dev, role:admin"', "", "server.disable.auth: 'true'"),
            at="ConfigMap/argocd/argocd-rbac-cm",
            pointer="/data/policy.default",
            message="policy.default is role:dev: whoever logs in may change everything (role:dev has role:admin)",
            also=(
                Pinned(
                    at="ConfigMap/argocd/argocd-cmd-params-cm",
                    pointer="/data/server.disable.auth",
                    message="server.disable.auth is true: whoever has the address may change everything, without logging in",
                ),
            ),
        ),
        Denied(
            name="a subject that is meant for all",
            manifests=_maps('policy.csv: "# all\\ng, *, role:admin"'),
            at="ConfigMap/argocd/argocd-rbac-cm",
            pointer="/data/policy.csv",
            message="line 2 of policy.csv gives * role:admin: Argo CD takes a subject as it stands, so this is nobody, and meant is "
            "everybody",
        ),
    )

    def targets(self, world: World) -> Iterable[ArgoCD]:
        """Every Argo CD whose configuration is here."""
        return installations(world)

    def judge(self, world: World, target: ArgoCD) -> Iterator[Outcome]:
        """The default role, the switch that turns log-in off, and subjects that are meant for all."""
        del world
        open_to_all = target.text(CM, "users.anonymous.enabled").lower() == "true"
        default, policy = target.get(RBAC, "policy.default"), lines(target)
        may = everything(policy, default.value) if default is not None and default.value else ""
        if default is not None and may:
            who = "has the address, without logging in," if open_to_all else "logs in"
            yield self.finding(default.place, f"policy.default is {default.value}: whoever {who} may change {may}")
        off = target.get(PARAMS, "server.disable.auth")
        if off is not None and off.value.lower() == "true":
            message = "server.disable.auth is true: whoever has the address may change everything, without logging in"
            yield self.finding(off.place, message, fix="take server.disable.auth out")
        for line in policy:
            if (line.is_grant or line.is_permission) and line.fields[1] == "*":
                gives = f"gives * {line.fields[2]}" if line.is_grant else f"lets * {line.fields[3]} {line.fields[2]}"
                message = f"line {line.number} of {line.setting.key} {gives}: Argo CD takes a subject as it stands, so this is nobody, "
                message += "and meant is everybody"
                fix = "name the users or groups, or set policy.default to a role that may be everybody's"
                yield self.finding(line.setting.place, message, severity="warning", fix=fix, subject=str(line.number))
