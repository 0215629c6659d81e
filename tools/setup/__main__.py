"""``python -m tools.setup STEP…``: do the steps that are not done yet. Quiet when there is nothing to do."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.setup import cdk8s_cli, go, python
from tools.setup.failure import SetupFailed, explain
from tools.setup.place import Place
from tools.setup.run import say

STEPS: dict[str, Callable[[Place], None]] = {
    "python": lambda place: python.set_up(place, tests=False),
    "dev": lambda place: python.set_up(place, tests=True),
    "go": go.set_up,
    "cdk8s-cli": cdk8s_cli.set_up,
}


def main(arguments: Sequence[str]) -> int:
    """Do the named steps in order; 0 when all are done, 2 with a sentence on standard error when one cannot be."""
    unknown = [argument for argument in arguments if argument not in STEPS]
    if unknown or not arguments:
        print(f"set-up: no such step {' '.join(unknown)!r}; there are {', '.join(STEPS)}", file=sys.stderr)
        return 2
    place = Place(root=Path(__file__).resolve().parents[2])
    try:
        place.tools.mkdir(exist_ok=True)
        with _alone(place):
            for argument in arguments:
                STEPS[argument](place)
    except SetupFailed as failed:
        return _report(failed)
    except OSError as wrong:  # a full disk, a file that cannot be written: said in the same voice
        code = errno.errorcode.get(wrong.errno or 0, "")
        return _report(explain(str(wrong.filename or place.root), f"{code} {wrong.strerror}"))
    except KeyboardInterrupt:
        print("set-up: interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


def _report(failed: SetupFailed) -> int:
    if failed.log:
        print("\n".join(f"  | {line}" for line in failed.log.splitlines()), file=sys.stderr)
    print(f"set-up: {failed}\n  fix: {failed.fix}", file=sys.stderr)
    return 2


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Two set-ups of one checkout take turns.

    The system frees the lock when its last holder ends. The programs that the set-up starts hold it too, so that the
    next set-up waits for what a killed one left running.
    """
    with (place.tools / "lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is running: waiting for it", "a few minutes")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
