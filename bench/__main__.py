"""`bench/run [N ...]` and `make bench`: how long whole processes take, each beside a peer, in turn, in one run.

Without N: worlds of 100, 1,000 and 10,000 manifests, then this repository itself. With N: worlds of these sizes only. Machines are
noisy, so what counts is the minimum of several runs and the ratio to the peer measured in the same minutes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from bench.contests import of_this_repository, of_worlds

SIZES = (100, 1000, 10000)


def main(arguments: list[str]) -> None:
    """Print the tables as Markdown, line by line as they are measured."""
    if not all(word.isdecimal() and int(word) for word in arguments):
        raise SystemExit("usage: bench/run [N ...], numbers of manifests")
    scratch = Path(tempfile.mkdtemp(prefix="crema-bench-"))
    try:
        for line in of_worlds([int(word) for word in arguments] or SIZES, scratch):
            print(line, flush=True)
        for line in () if arguments else ("", *of_this_repository(scratch)):
            print(line, flush=True)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main(sys.argv[1:])
