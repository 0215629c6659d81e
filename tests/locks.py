"""A lock of images for services that a test makes up."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from crema.generators.image_lock import LOCK_NAME
from crema.generators.lock_edit import edited
from crema.generators.lock_text import LockedImage, read_lock


@contextmanager
def locked(services: Iterable[str], environment: str = "local") -> Iterator[None]:
    """While it lasts, the charts' lock has an entry for each of these services in an environment, and no other."""
    images = {(environment, service): LockedImage(repository="coffee_machine", tag=f"{service}-1") for service in services}
    with tempfile.TemporaryDirectory() as directory:
        lock = Path(directory) / LOCK_NAME
        lock.write_text(edited(read_lock(b""), images), encoding="utf-8")
        with mock.patch("charts.environment._LOCK", lock):
            yield
