"""Which answers of GitHub mean "later", and how much later.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import re
from typing import Final

from crema.pipeline.github_error import problems
from crema.pipeline.http import Answer, retry_after, server_time
from crema.pipeline.retries import Clock, Trouble

_BROKEN: Final = frozenset({500, 502, 503, 504})
# The last of them comes as a 422 that looks like a mistake in the request: https://github.com/cli/cli/issues/4801
_LIMITED: Final = re.compile(r"rate limit|abuse detection|was submitted too quickly", re.IGNORECASE)
# The type was RATE_LIMITED for years and is RATE_LIMIT now: https://github.com/yanyongyu/githubkit/issues/271
_GRAPHQL_TYPES: Final = frozenset({"RATE_LIMIT", "RATE_LIMITED"})
_GRAPHQL_BROKEN: Final = re.compile(r"something went wrong while executing your query|timed ?out", re.IGNORECASE)
_MINUTE: Final = 60.0


def later(answer: Answer, body: object, earlier: int, clock: Clock) -> Trouble | None:
    """The trouble that an answer is, if it is one that passes.

    Args:
        answer: to any request.
        body: its JSON; None where it is none.
        earlier: how many times this request has met a limit that names no time; each doubles the minute that GitHub asks for.
        clock: for a limit's end where the server does not say what time it is.

    """
    named = retry_after(answer.headers, clock)
    if answer.status in _BROKEN:
        return Trouble(why=f"answers {answer.status}, so something is broken there", status=answer.status, wait=named)
    if not _limited(answer, body):
        return _broken_query(answer, body)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if named is not None:
        return Trouble(why="limits how often it may be asked (secondary rate limit)", status=answer.status, wait=named)
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        wait = max(0.0, int(reset) - server_time(answer.headers, clock)) + 1
        return Trouble(why="counts no more requests for this token (primary rate limit)", status=answer.status, wait=wait)
    wait = _MINUTE * 2 ** min(earlier, 10)
    return Trouble(why="limits how often it may be asked (secondary rate limit)", status=answer.status, wait=wait)


def _limited(answer: Answer, body: object) -> bool:
    message = body.get("message") if isinstance(body, dict) else None
    said = any(_LIMITED.search(words) for words in (message if isinstance(message, str) else "", *problems(body)))
    if answer.status in (403, 429):
        spent = answer.headers.get("x-ratelimit-remaining") == "0" and "x-ratelimit-reset" in answer.headers
        return answer.status == 429 or spent or said or "retry-after" in answer.headers
    if answer.status == 422:
        return said
    if answer.status == 200:
        return any(one.get("type") in _GRAPHQL_TYPES or _LIMITED.search(str(one.get("message"))) for one in graphql_errors(body))
    return False


def _broken_query(answer: Answer, body: object) -> Trouble | None:
    if answer.status == 200 and any("type" not in one and _GRAPHQL_BROKEN.search(str(one.get("message"))) for one in graphql_errors(body)):
        return Trouble(why="could not finish the query", status=answer.status)
    return None


def graphql_errors(body: object) -> list[dict[str, object]]:
    """The errors that a GraphQL answer with status 200 holds."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
