"""Edits that identity-service-account-exists finds."""

from tests.edits.body import at, pod_specs, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _other_account(body: Body) -> bool:
    return any(put(spec, f"{spec.get('serviceAccountName')}-account", "serviceAccountName") for spec in pod_specs(body))


def _gone(_body: Body) -> Removed:
    return REMOVED


def _other_namespace(body: Body) -> bool:
    return put(body, "default", "metadata", "namespace")


def _store_logs_in_with_another(body: Body) -> bool:
    way = ("spec", "provider", "aws", "auth", "jwt", "serviceAccountRef", "name")
    return put(body, f"{at(body, *way)}-reader", *way)


_PODS = ("Deployment", "StatefulSet", "CronJob")
EDITS = (
    Edit(name="a pod under an account that is not there", kinds=_PODS, change=_other_account, everywhere=True),
    Edit(name="the account is gone", kinds=("ServiceAccount",), change=_gone, everywhere=True),
    Edit(name="the account is in another namespace", kinds=("ServiceAccount",), change=_other_namespace, said="default", everywhere=True),
    Edit(
        name="a store logs in with an account that is not there",
        kinds=("SecretStore",),
        change=_store_logs_in_with_another,
        environments=("eks",),
        everywhere=True,
    ),
)
