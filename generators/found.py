"""Mistakes gathered over all environments: what every environment has is said once, what only some have says which."""

from dataclasses import dataclass, field

from crema.generators.spec import Mistake


@dataclass(frozen=True, slots=True)
class Found:
    """Mistakes (or notes) by what they say, with the environments in which they came up."""

    environments: tuple[str, ...]
    _where: dict[Mistake, set[str]] = field(default_factory=dict)

    def add(self, mistake: Mistake, *environments: str) -> None:
        """Add one; without environments it is everybody's."""
        self._where.setdefault(mistake, set()).update(environments or self.environments)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._where)

    def listed(self) -> tuple[Mistake, ...]:
        """All of them, sorted by file and line."""
        whole = set(self.environments)
        return tuple(
            sorted(
                m if where == whole else Mistake(m.file, m.line, f"{m.message} [{', '.join(sorted(where))}]")
                for m, where in self._where.items()
            )
        )
