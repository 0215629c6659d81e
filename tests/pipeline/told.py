"""What an exception could give away."""

from collections.abc import Iterator


def told(error: BaseException) -> Iterator[str]:
    """Everything that could be printed of an exception and of those behind it."""
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None:
            continue
        yield from (str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", {})), repr(getattr(one, "__notes__", ())))
        todo += [one.__cause__, one.__context__]
