"""Edits that delivery-custom-resource-survives-coming-first finds."""

from tests.edits.edit import Body, Edit

_SKIP = "SkipDryRunOnMissingResource=true"


def _strict(body: Body) -> bool:
    options = body["spec"]["syncPolicy"]["syncOptions"]
    if _SKIP not in options:
        return False
    options.remove(_SKIP)
    return True


def _gives_up(body: Body) -> bool:
    body["spec"]["syncPolicy"]["retry"]["limit"] = 2
    return _strict(body)


def _as_always(body: Body) -> bool:
    del body["spec"]["syncPolicy"]["retry"]
    return _strict(body)


EDITS = (
    Edit(
        name="the dry run is not skipped, and not tried for long", kinds=("Application",), change=_gives_up, said="gives up after 2 retries"
    ),
    Edit(
        name="the dry run is not skipped, and no retries are said",
        kinds=("Application",),
        change=_as_always,
        said="gives up after 5 retries",
    ),
)
