"""When to ask a server again, and when to stop: one rule for everything the pipeline asks over the network."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

_FIRST: Final = 1.0
_LONGEST: Final = 30.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time and chance, so that tests bring their own.

    Args:
        wall: seconds since 1970.
        elapsed: seconds since whenever; never goes back.
        sleep: waits that many seconds.
        chance: a number from 0 to below 1.

    """

    wall: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why an attempt failed that may succeed later.

    Args:
        why: half a sentence after a server's name: "answered 502", "cannot be reached: connection refused".
        status: of the answer, if there was one.
        wait: the seconds that the server demands before the next attempt, if it does.
        overdue: set by `Retries` when that is longer than it may wait: the second (since 1970) from which on it may be asked again.

    """

    why: str
    status: int | None = None
    wait: float | None = None
    overdue: float | None = None


@dataclass(slots=True)
class Retries:
    """Seconds that may be lost to troubles, over everything that is asked: waiting, and attempts that failed.

    Waits double from one second to thirty and are cut by up to half at random, so that runs that failed together do not return
    together; a server that names a longer time gets it.
    """

    seconds: float
    clock: Clock = field(default_factory=Clock)
    lost: float = 0.0

    def ask(self, attempt: Callable[[], T | Trouble]) -> T | Trouble:
        """What the attempt returns: its first result, or the trouble after which nothing may be lost any more."""
        wait = _FIRST
        while True:
            before, began = self.lost, self.clock.elapsed()
            result = attempt()
            if not isinstance(result, Trouble):
                return result
            # What the attempt itself waited for with the same patience is counted once.
            self.lost = max(self.lost, before + self.clock.elapsed() - began)
            pause = max(wait * (1 - self.clock.chance() / 2), result.wait or 0.0)
            if self.lost + pause > self.seconds:
                self.lost = self.seconds  # whatever fails next is not asked for again
                until = None if result.wait is None else self.clock.wall() + result.wait
                return Trouble(why=result.why, status=result.status, wait=result.wait, overdue=until)
            self.clock.sleep(pause)
            self.lost += pause
            wait = min(2 * wait, _LONGEST)
