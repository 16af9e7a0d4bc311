"""For all tests: their order, and what is asked for by name, so that the core loads no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.watchdog import Watchdog


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, the long ones come first: one that begins last keeps a single worker busy
    while the others have nothing left to do."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def watchdog(qapp: object) -> Iterator[Watchdog]:
    """Watches the main thread for the whole test."""
    from tests.watchdog import Watchdog

    with Watchdog() as dog:
        yield dog
