"""Leave a record of one image that was pushed: what `crema image publish` reads.

Needs nothing but Python 3.9: it runs with whatever a runner has, before anything is set up. What it is told comes in through the
environment; what is malformed is refused here, in the leg that built it, and never reaches the job that publishes.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# The patterns of crema/generators/lock_text.py, narrowed to what a build can say: tests/workflows/test_record.py compares them.
PATTERNS = {
    "SERVICE": (r"[a-z]([a-z0-9\-]{0,61}[a-z0-9])?", "the name of a service: lower-case letters, digits and '-'"),
    "DIGEST": (r"sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits: was the image pushed?"),
    "GITHUB_SHA": (r"[0-9a-f]{40}", "the whole hash of a commit"),
    "GITHUB_SERVER_URL": (r"https://[A-Za-z0-9.\-]+(:[0-9]+)?", "the URL of a server"),
    "GITHUB_REPOSITORY": (r"[A-Za-z0-9_.\-]+/[A-Za-z0-9_.\-]+", "OWNER/NAME"),
    "GITHUB_RUN_ID": (r"[0-9]+", "a number"),
}


def mistakes(given: Mapping[str, str]) -> Iterator[str]:
    """What is missing or malformed, a sentence each."""
    for name, (pattern, required) in PATTERNS.items():
        value = given.get(name, "")
        if not re.fullmatch(pattern, value):
            yield f"{name} is {value[:100]!r}; it must be {required}"


def record(given: Mapping[str, str]) -> dict[str, str]:
    """The record: the tag is the service and the commit, as it was pushed."""
    repository = f"{given['GITHUB_SERVER_URL']}/{given['GITHUB_REPOSITORY']}"
    return {
        "service": given["SERVICE"],
        "tag": f"{given['SERVICE']}-{given['GITHUB_SHA']}",
        "digest": given["DIGEST"],
        "source_sha": given["GITHUB_SHA"],
        "run": f"{repository}/actions/runs/{given['GITHUB_RUN_ID']}",
    }


def main() -> int:
    """Write `$RUNNER_TEMP/builds/<service>.json` and name it in the output `file`. 0, or 2 with sentences and nothing written."""
    wrong = [*mistakes(os.environ)]
    if wrong:
        sys.stderr.writelines(f"::error title=no record of the build::{sentence}\n" for sentence in wrong)
        return 2
    found = record(os.environ)
    file = Path(os.environ["RUNNER_TEMP"]) / "builds" / f"{found['service']}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"file={file}\n")
    print(f"{found['tag']}@{found['digest']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
