"""Runs one command and prints what it took: wall seconds, CPU seconds, peak memory in bytes, exit code.

A process of its own and a small one, because Linux counts the memory of whoever starts a program as that program's: a peak below what
this needs (10 MB) cannot be seen. `python -I -S measured.py COMMAND…`; what the command writes to stdout is dropped.
"""

import os
import sys
import time

if __name__ == "__main__":
    begun = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(wall, used.ru_utime + used.ru_stime, peak, os.waitstatus_to_exitcode(status))
