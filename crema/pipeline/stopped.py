"""How a verb of the pipeline ends when it cannot go on: with sentences and an exit code, never a traceback."""

from collections.abc import Iterable

DIFFERENT, WRONG, TOO_LITTLE = 1, 2, 3


class Stopped(Exception):
    """Nothing was changed, or what was is said. Every message is one sentence: what, where, the value, what to do."""

    def __init__(self, *messages: str, code: int = WRONG) -> None:
        """Keep all that is wrong, so that it is mended in one go."""
        super().__init__("; ".join(messages))
        self.messages = messages
        self.code = code

    @classmethod
    def for_all(cls, messages: Iterable[str], code: int = WRONG) -> "Stopped":
        """The same, from a list."""
        return cls(*messages, code=code)
