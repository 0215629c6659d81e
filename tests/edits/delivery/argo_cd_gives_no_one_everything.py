"""Edits that delivery-argo-cd-gives-no-one-everything finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _default(body: Body, role: str, policy: str = "") -> bool:
    configs = at(values_of(body, "argo-cd") or {}, "configs")
    return bool(configs) and not configs.update(rbac={"policy.default": role, "policy.csv": policy})


def _no_login(body: Body) -> bool:
    params = at(values_of(body, "argo-cd") or {}, "configs", "params")
    return bool(params) and not params.update({"server.disable.auth": True})


EDITS = (
    Edit(
        name="everybody is admin",
        kinds=("Application",),
        change=lambda body: _default(body, "role:admin"),
        said="whoever logs in",
        everywhere=True,
    ),
    Edit(
        name="everybody has a role that may do everything",
        kinds=("Application",),
        change=lambda body: _default(body, "role:team", "p, role:team, applications, *, */*, allow"),
        said="may change every Application",
        everywhere=True,
    ),
    Edit(name="nobody has to log in", kinds=("Application",), change=_no_login, said="without logging in", everywhere=True),
)
