"""Edits that delivery-application-is-retried-after-repair finds."""

from tests.edits.edit import Body, Edit


def _never(body: Body) -> bool:
    del body["spec"]["syncPolicy"]["retry"]
    return True


def _few(body: Body) -> bool:
    body["spec"]["syncPolicy"]["retry"]["limit"] = 5
    return True


def _old(body: Body) -> bool:
    body["spec"]["syncPolicy"]["retry"]["refresh"] = False
    return True


EDITS = (
    Edit(name="no retries", kinds=("Application",), change=_never, said="tried 5 times", everywhere=True),
    Edit(name="a few retries", kinds=("Application",), change=_few, said="tried 5 times", everywhere=True),
    Edit(name="retries of the broken commit", kinds=("Application",), change=_old, said="retry.refresh", everywhere=True),
)
