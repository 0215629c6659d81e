"""A clock that only moves when somebody sleeps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from crema.pipeline.retries import Clock


@dataclass(slots=True)
class VirtualTime:
    """The second it is, what was slept so far, the chance that everybody gets, and what happens while somebody sleeps."""

    second: float = 1_795_000_000.0
    chance: float = 0.0
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def now(self) -> float:
        """Seconds since 1970."""
        return self.second

    def sleep(self, seconds: float) -> None:
        """Move on."""
        assert seconds >= 0
        self.slept.append(seconds)
        self.second += seconds
        self.meanwhile()

    @property
    def clock(self) -> Clock:
        """For a client."""
        return Clock(wall=self.now, elapsed=self.now, sleep=self.sleep, chance=lambda: self.chance)
