"""For all tests: what is asked for by name only, so that the core's tests load no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.watchdog import Watchdog


@pytest.fixture
def watchdog(qapp: object) -> Iterator[Watchdog]:
    """Watches the main thread for the whole test."""
    from tests.watchdog import Watchdog

    with Watchdog() as dog:
        yield dog
