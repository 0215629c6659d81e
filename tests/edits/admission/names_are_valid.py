"""Edits that admission-names-are-valid finds."""

from tests.edits.edit import Body, Edit


def _a_cronjob_of_60_characters(body: Body) -> bool:
    body["metadata"]["name"] = f"{body['metadata']['name']:a<60}"
    return True


def _a_finalizer_without_a_domain(body: Body) -> bool:
    body["metadata"]["finalizers"] = ["guard"]
    return True


def _a_level_that_there_is_not(body: Body) -> bool:
    body["metadata"].setdefault("labels", {})["pod-security.kubernetes.io/enforce"] = "strict"
    return True


EDITS = (
    Edit(name="a CronJob of 60 characters", kinds=("CronJob",), change=_a_cronjob_of_60_characters, said="at most 52"),
    Edit(name="a finalizer without a domain", kinds=("ConfigMap", "Service"), change=_a_finalizer_without_a_domain, said='"guard"'),
    Edit(
        name="a level that there is not", kinds=("Namespace",), change=_a_level_that_there_is_not, said="privileged, baseline or restricted"
    ),
)
