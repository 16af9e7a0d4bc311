"""Killed at any moment: the store and the catalog afterwards, at a hundred random points.

One process per way of working counts the calls of the operating system and of SQLite that it
makes; then forks of it are killed right before one of them, each at another. No fork needs to
import anything, so a hundred deaths take seconds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model_core.domain.version import BASE_VERSION
from model_core.storage.catalog import DEFAULT_STYLE, JOURNAL_NAME, Catalog
from model_core.storage.journal import Journal
from model_core.storage.manifest import TRAINING
from model_core.storage.model_store import ModelStore
from model_core.storage.recovery import recover, rename_style, write_training
from model_core.storage.tables import Training
from tests.core.storage.samples import GATE, contrasts, lesson

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")

POINTS = 100
BEFORE = [f"p{i}" for i in range(4)]
#: Calls that change something outside the process, or end such a change.
_MODULES = {"posix", "io", "_io", "sqlite3", "fcntl", "_sqlite3"}


class Killer:
    """A profiler that counts calls of interest, and kills its process before one of them."""

    def __init__(self, at: int = 0) -> None:
        self.count, self._at = 0, at

    def __call__(self, _frame: object, event: str, called: object) -> None:
        if event != "c_call":
            return
        owner = getattr(called, "__self__", None)
        module = getattr(called, "__module__", None) or type(owner).__module__
        if module in _MODULES or type(owner).__module__ in _MODULES:
            self.count += 1
            if self.count == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


def in_a_fork(work: Callable[[Path], None], folder: Path, at: int = 0) -> int:
    """Does ``work`` in a process of its own, killed before its call number ``at``; how many
    calls it made when it came to its end, 0 when it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        killer, status = Killer(at), 1
        try:
            sys.setprofile(killer)
            work(folder)
            sys.setprofile(None)
            os.write(writer, str(killer.count).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) if at else status == 0, "the work failed by itself"
    return int(said or 0)


def opened(folder: Path) -> tuple[Catalog, ModelStore]:
    return Catalog(folder / "catalog.db"), ModelStore(folder / "models")


def publish(store: ModelStore, style: str, content: bytes, lessons: tuple[int, ...]) -> str:
    """As a training does it, with files that are not networks."""
    training = Training(style, None, "2024-05-02T08:00:00+00:00", 3.5, "lora", GATE.reason, GATE,
                        lessons)  # fmt: skip
    with store.lock(style), store.stage(style) as staging:
        (staging.path / "model.onnx").write_bytes(content * 1000)
        (staging.path / "adapter.safetensors").write_bytes(content * 10)
        write_training(staging.path, training)
        serving = store.current(style)
        version = store.publish(
            staging, parent=serving.id if serving else BASE_VERSION, method="lora",
            corrections=len(lessons), base_sha256="cd" * 32, gate=GATE,
        )  # fmt: skip
        CATALOGS[store].add_training(replace(training, version=version.id))
    return version.id


CATALOGS: dict[ModelStore, Catalog] = {}


def work_of_a_day(folder: Path) -> None:
    """Edits, lessons, a training that publishes, a lesson forgotten."""
    catalog, store = opened(folder)
    CATALOGS[store] = catalog
    recover(catalog, store)
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for name in ("new1", "new2"):
        stored = catalog.add_lesson(lesson(name, contrast=40), b"t" * 2000)
        os.write(said, f"{stored.photo} ".encode())
    version = publish(
        store, DEFAULT_STYLE, b"new", tuple(c.id for c in catalog.lessons(DEFAULT_STYLE))
    )
    os.write(said, f"{version} ".encode())
    catalog.forget_lesson(catalog.lessons(DEFAULT_STYLE)[0].id)
    os.write(said, b"forgotten ")
    catalog.close()


def renaming(folder: Path) -> None:
    catalog, store = opened(folder)
    recover(catalog, store)
    rename_style(catalog, store, DEFAULT_STYLE, "Warm film")
    catalog.close()


def deleting(folder: Path) -> None:
    catalog, store = opened(folder)
    recover(catalog, store)
    store.delete_style(DEFAULT_STYLE)
    catalog.delete_style(DEFAULT_STYLE, with_lessons=True)
    catalog.close()


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A data directory with lessons and a version that serves."""
    folder = tmp_path / "start"
    catalog, store = opened(folder)
    CATALOGS[store] = catalog
    ids = [catalog.add_lesson(lesson(name, contrast=20), b"t").id for name in BEFORE]
    publish(store, DEFAULT_STYLE, b"old", tuple(ids))
    catalog.close()
    return folder


def deaths(work: Callable[[Path], None], start: Path, tmp_path: Path, points: int) -> list[Path]:
    """Data directories left by so many deaths at random points of ``work``, all different."""
    folder = tmp_path / "counted"
    shutil.copytree(start, folder)
    total = in_a_fork(work, folder)
    assert total > 50
    left = []
    for at in sorted(random.Random(0).sample(range(1, total + 1), min(points, total))):
        folder = tmp_path / f"killed before {at}"
        shutil.copytree(start, folder)
        in_a_fork(work, folder, at)
        left.append(folder)
    return left


def whole(store: ModelStore, style: str, version: str) -> bytes:
    """What a version says; raises when any of its files is not what it should be."""
    found = store.verified(style, version)
    return store.path(found, "model.onnx").read_bytes()[:3]


def nothing_left_over(folder: Path) -> None:
    hidden = [p for p in folder.rglob(".*") if p.name != ".locks"]
    assert hidden == []


@pytest.mark.slow
def test_a_hundred_deaths_in_training_and_teaching_cost_nothing(
    start: Path, tmp_path: Path
) -> None:
    outcomes = set()
    for folder in deaths(work_of_a_day, start, tmp_path, POINTS):
        said = set((folder / "said").read_text().split()) if (folder / "said").exists() else set()
        catalog, store = opened(folder)
        recover(catalog, store)
        # No correction is lost, neither here nor in the second copy.
        lessons = contrasts(catalog.lessons(DEFAULT_STYLE))
        known = {*BEFORE, "new1", "new2"}
        gone = BEFORE[0]
        assert set(lessons) <= known
        assert set(lessons) >= {*BEFORE[1:], *(said & known)}
        assert gone in lessons or any(one.startswith("v0002") for one in said)
        journal = {c.photo for c in Journal(folder / JOURNAL_NAME).replay().lessons.values()}
        assert journal >= {*BEFORE[1:], *(said & known)}
        # The last published version works, and is the one that was said to be.
        serving = store.current(DEFAULT_STYLE)
        assert serving is not None
        assert whole(store, DEFAULT_STYLE, serving.id) in (b"old", b"new")
        if published := [one for one in said if one.startswith("v0002")]:
            assert [serving.id] == published
        # The catalog knows what every version was trained on.
        recorded = {t.version: t for t in catalog.trainings(DEFAULT_STYLE)}
        versions = store.versions(DEFAULT_STYLE)
        assert set(recorded) == {v.id for v in versions}
        assert len(recorded[serving.id].lessons) == serving.corrections
        assert recorded[serving.id].gate == GATE
        # Nothing half-made is left, and nothing was worth a warning.
        nothing_left_over(folder)
        assert catalog.warnings == store.warnings == []
        outcomes.add((len(versions), len(lessons)))
        catalog.close()
    assert len(outcomes) >= 3  # deaths fell before, in and after the publishing


@pytest.mark.slow
def test_a_style_is_renamed_or_not_wherever_it_is_killed(start: Path, tmp_path: Path) -> None:
    names = set()
    for folder in deaths(renaming, start, tmp_path, 60):
        catalog, store = opened(folder)
        recover(catalog, store)
        (name,) = catalog.styles()
        names.add(name)
        assert set(contrasts(catalog.lessons(name))) == set(BEFORE)
        serving = store.current(name)
        assert serving is not None
        assert whole(store, name, serving.id) == b"old"
        assert len(catalog.trainings(name)) == 1
        assert [p.name for p in store.root.iterdir() if p.name != ".locks"] == [
            store.checkpoint(name).parent.name
        ]
        assert catalog.unfinished_renames() == []
        assert catalog.warnings == store.warnings == []
        styles = {c.style for c in Journal(folder / JOURNAL_NAME).replay().lessons.values()}
        assert styles == {name}
        catalog.close()
    assert names == {DEFAULT_STYLE, "Warm film"}


@pytest.mark.slow
def test_a_style_that_is_being_deleted_never_takes_others_with_it(
    start: Path, tmp_path: Path
) -> None:
    for folder in deaths(deleting, start, tmp_path, 30):
        catalog, store = opened(folder)
        recover(catalog, store)
        assert set(contrasts(catalog.lessons(DEFAULT_STYLE))) in (set(BEFORE), set())
        serving = store.current(DEFAULT_STYLE)
        assert serving is None or whole(store, DEFAULT_STYLE, serving.id) == b"old"
        nothing_left_over(folder)
        assert catalog.warnings == store.warnings == []
        catalog.close()


def test_a_version_tells_a_lost_catalog_what_it_was_trained_on(start: Path) -> None:
    for name in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        (start / name).unlink(missing_ok=True)
    catalog, store = opened(start)
    recover(catalog, store)
    (training,) = catalog.trainings(DEFAULT_STYLE)
    assert training.gate == GATE
    assert set(training.lessons) == {c.id for c in catalog.lessons(DEFAULT_STYLE)}
    assert any("restored" in text for text in catalog.warnings)
    catalog.close()


def test_a_rename_waits_for_a_training_and_changes_nothing_meanwhile(start: Path) -> None:
    catalog, store = opened(start)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with ModelStore(start / "models").lock(DEFAULT_STYLE):
            os.write(writer, b"held")
            signal.pause()
    os.read(reader, 4)
    try:
        with pytest.raises(Exception, match=rf"pid {child}\b"):
            rename_style(catalog, store, DEFAULT_STYLE, "Warm film")
        assert catalog.styles() == [DEFAULT_STYLE]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
    rename_style(catalog, store, DEFAULT_STYLE, "Warm film")
    assert catalog.styles() == ["Warm film"]
    assert store.current("Warm film") is not None
    catalog.close()


def test_what_a_version_says_of_its_training_may_be_damaged(start: Path) -> None:
    catalog, store = opened(start)
    (version,) = store.versions(DEFAULT_STYLE)
    path = store.path(version, TRAINING)
    facts = json.loads(path.read_text())
    for damage in ("", "[]", json.dumps(facts | {"lessons": "all"}), "{"):
        path.write_text(damage)
        for training in catalog.trainings(DEFAULT_STYLE):
            assert training.version == version.id
        with sqlite3.connect(start / "catalog.db") as other:
            other.execute("DELETE FROM trainings")
        other.close()
        recover(catalog, store)
        assert catalog.trainings(DEFAULT_STYLE) == []
    catalog.close()
