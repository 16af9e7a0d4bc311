"""Real disks that are full or read-only (memory file systems, mounted where that is allowed)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model_core.domain.errors import CannotWrite
from model_core.services import DEFAULT_STYLE, Studio
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore
from model_core.storage.recovery import recover
from tests.core.storage.samples import GATE, contrasts, lesson
from tests.core.teaching import predicted, teach

Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a memory file system with these options; unmounted at the end."""
    mounted: list[Path] = []

    def do(options: str) -> Path:
        folder = tmp_path / f"disk {len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no file system may be mounted here")
        mounted.append(folder)
        return folder

    yield do
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def make_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def fill(folder: Path, but: int = 0) -> Path:
    """Fills the disk up to ``but`` bytes."""
    path = folder / "filler"
    path.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - but)))
    return path


def published(store: ModelStore, content: bytes) -> str:
    with store.stage(DEFAULT_STYLE) as staging:
        (staging.path / "model.onnx").write_bytes(content)
        return store.publish(
            staging, parent="base", method="lora", corrections=3, base_sha256="", gate=GATE
        ).id


def teach_on(catalog: Catalog, said: set[str] | None = None) -> None:
    """Teaches until the disk is full; ``said``: what was acknowledged."""
    for i in range(200):
        stored = catalog.add_lesson(lesson(f"more {i}"), b"t" * 9_000)
        if said is not None:
            said.add(stored.photo)


def no_leftovers(folder: Path) -> bool:
    return [p for p in folder.rglob(".*") if p.name != ".locks"] == []


def test_a_full_disk_keeps_what_there_was_and_says_so(mount: Mount) -> None:
    disk = mount("size=4m")
    catalog, store = Catalog(disk / "data" / "catalog.db"), ModelStore(disk / "data" / "models")
    catalog.add_lesson(lesson("p0", contrast=5))
    version = published(store, b"old" * 1000)
    filler = fill(disk)
    with pytest.raises(CannotWrite, match=r"disk.*full.*free some space"):
        teach_on(catalog)
    with pytest.raises(CannotWrite, match="full"):
        published(store, b"new" * 100_000)
    with pytest.raises(CannotWrite, match="full"):
        store.set_current(DEFAULT_STYLE, None)
    found = store.current(DEFAULT_STYLE)
    assert found is not None
    assert found.id == version
    assert contrasts(catalog.lessons(DEFAULT_STYLE))["p0"] == 5
    catalog.close()
    filler.unlink()
    # Room again: nothing is left over, nothing is damaged, and all works.
    catalog, store = Catalog(disk / "data" / "catalog.db"), ModelStore(disk / "data" / "models")
    recover(catalog, store)
    assert catalog.warnings == store.warnings == []
    assert no_leftovers(disk)
    catalog.add_lesson(lesson("p1", contrast=6))
    assert contrasts(catalog.lessons(DEFAULT_STYLE))["p1"] == 6
    assert store.current(DEFAULT_STYLE) == found
    catalog.close()


@pytest.mark.parametrize("room", [0, 20_000, 60_000, 120_000, 250_000])
def test_wherever_the_disk_runs_full_what_was_acknowledged_is_there(
    mount: Mount, room: int
) -> None:
    disk = mount("size=3m")
    catalog = Catalog(disk / "catalog.db")
    fill(disk, but=room)
    said: set[str] = set()
    with pytest.raises(CannotWrite):
        teach_on(catalog, said)
    catalog.close()
    (disk / "filler").unlink()
    again = Catalog(disk / "catalog.db")
    assert said <= set(contrasts(again.lessons(DEFAULT_STYLE)))
    assert again.warnings == []
    again.close()


def test_a_disk_that_is_full_at_the_start_is_named(mount: Mount) -> None:
    disk = mount("size=1m")
    fill(disk)
    with pytest.raises(CannotWrite, match="full") as caught:
        Studio(disk / "data")
    assert "\n" not in str(caught.value)


def test_a_data_directory_that_is_read_only_is_named(mount: Mount, photos: list[Path]) -> None:
    disk = mount("size=20m")
    studio = Studio(disk / "data")
    teach(studio, photos[0])
    studio.close()
    make_read_only(disk)
    with pytest.raises(CannotWrite, match=r"(?i)read-only") as caught:
        Studio(disk / "data")
    assert "\n" not in str(caught.value)


def test_a_program_whose_disk_runs_full_goes_on_predicting(
    mount: Mount, photos: list[Path]
) -> None:
    disk = mount("size=20m")
    studio = Studio(disk / "data")
    teach(studio, photos[0])
    before = predicted(studio, photos[1]).settings
    filler = fill(disk)
    with pytest.raises(CannotWrite, match="full"):
        deque(teach(studio, path) for path in photos[2:] * 20)
    (known, *_) = studio.lessons(DEFAULT_STYLE)
    features = studio.catalog.get_features(known.photo, studio.base_version)
    assert features is not None
    assert studio.predict(DEFAULT_STYLE, features).lessons == len(studio.lessons(DEFAULT_STYLE))
    filler.unlink()
    for lesson_ in studio.lessons(DEFAULT_STYLE)[1:]:
        studio.forget(lesson_.id)
    assert predicted(studio, photos[1]).settings == before
    studio.close()
