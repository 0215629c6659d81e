"""Trying again, within bounds, when others are faster or nobody answers."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from crema.pipeline.remote import Lost
from crema.pipeline.stopped import DIFFERENT, Stopped

_FEWEST_SECONDS: Final = 0.5
_MOST_SECONDS: Final = 30.0


_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on when others are faster or the remote does not answer.

    Args:
        tries: how often the step is done at most. lost: how often in a row no answer is taken.
        seconds: after which no further try begins.

    """

    tries: int = 100
    lost: int = 6
    seconds: float = 1800.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    chance: random.Random = field(default_factory=random.Random, repr=False)


def persistently(once: Callable[[], _Done | None], patience: Patience, say: Callable[[str], None], what: str) -> _Done:
    """Try until it is done, waiting longer each time and by chance, so that those who collide once do not go on colliding.

    Raises:
        Stopped: it was tried as often or as long as patience allows.

    """
    begun = patience.clock()
    lost_in_a_row, spread = 0, _FEWEST_SECONDS
    for attempt in range(1, patience.tries + 1):
        started = patience.clock()
        try:
            done = once()
            if done is not None:
                return done
            lost_in_a_row = 0
            say(f"{what} has moved meanwhile; once more on what it is now")
        except Lost as why:
            lost_in_a_row += 1
            if lost_in_a_row >= patience.lost:
                raise Stopped(f"{why} ({patience.lost} times in a row); run it again, nothing is half-done") from None
            say(f"{why}; once more")
        if patience.clock() - begun > patience.seconds or attempt == patience.tries:
            break
        spread = min(_MOST_SECONDS, max(spread, patience.clock() - started) * 1.5)
        patience.sleep(patience.chance.uniform(0, spread))
    took = round(patience.clock() - begun)
    raise Stopped(f"{what} was always faster: {attempt} tries in {took} seconds; run it again, nothing is half-done", code=DIFFERENT)
