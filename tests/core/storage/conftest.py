from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore


@pytest.fixture
def open_catalog(tmp_path: Path) -> Iterator[Callable[..., Catalog]]:
    """Opens the test's catalog (again); all are closed at the end."""
    opened: list[Catalog] = []

    def open_(**options: float) -> Catalog:
        opened.append(Catalog(tmp_path / "data" / "catalog.db", **options))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def catalog(open_catalog: Callable[..., Catalog]) -> Catalog:
    return open_catalog()


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "styles")
