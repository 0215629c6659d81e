"""Where a platform is: the directory whose `charts/` has an `environments.py`."""

from pathlib import Path


def is_platform(directory: Path) -> bool:
    """Whether a platform's charts are below this directory."""
    return (directory / "charts" / "environments.py").is_file()


def platform_root(start: Path) -> Path | None:
    """The nearest such directory, here or above."""
    return next((d for d in (start, *start.parents) if is_platform(d)), None)
