"""One shop for all tests of this package; each finds it as after its first start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.services.shop import Shop


@pytest.fixture(scope="package")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop; the calling test is skipped where a server is not installed."""
    from tests.services.shop import open_shop

    with open_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """The shop with the rows it began with."""
    opened.fresh()
    return opened
