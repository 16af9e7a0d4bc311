from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.domain.errors import BrokenModel, Busy, CannotWrite
from model_core.domain.version import BASE_VERSION, GateReport, ModelVersion
from model_core.storage.manifest import version_from_json, version_to_json
from model_core.storage.model_store import ModelStore, slug
from tests.core.storage.samples import GATE

STYLE = "Weddings"


def publish(
    store: ModelStore, content: str = "1", style: str = STYLE, **changes: str
) -> ModelVersion:
    with store.stage(style) as staging:
        (staging.path / "model.onnx").write_text(f"onnx {content}")
        (staging.path / "adapter.safetensors").write_text(f"weights {content}")
        current = store.current(style)
        parent = BASE_VERSION if current is None else current.id
        return store.publish(
            staging,
            parent=changes.get("parent", parent),
            method="lora",
            corrections=40,
            base_sha256="ab" * 32,
            gate=GATE,
        )


def folder(store: ModelStore, style: str = STYLE) -> Path:
    return store.root / slug(style)


def test_without_versions_the_base_serves(store: ModelStore) -> None:
    assert store.current(STYLE) is None
    assert store.versions(STYLE) == []
    assert store.rollback(STYLE) is None
    assert store.warnings == []


def test_a_published_version_serves_also_in_a_new_process(store: ModelStore) -> None:
    one = publish(store, "1")
    two = publish(store, "2")
    assert one.id.startswith("v0001-")
    assert two.id.startswith("v0002-")
    assert two.parent == one.id
    other = ModelStore(store.root)
    assert other.current(STYLE) == two
    assert other.versions(STYLE) == [one, two]
    assert other.path(two, "model.onnx").read_text() == "onnx 2"
    assert sorted(two.files) == ["adapter.safetensors", "model.onnx"]
    assert [p.name for p in folder(store).iterdir() if p.name.startswith(".")] == []
    with pytest.raises(BrokenModel, match=r"no nothing\.onnx"):
        store.path(two, "nothing.onnx")


def test_ids_of_two_styles_differ(store: ModelStore) -> None:
    assert publish(store, "1", "a").id != publish(store, "2", "b").id


def test_rolling_back_goes_to_the_parent_and_keeps_the_newer(store: ModelStore) -> None:
    one, two = publish(store, "1"), publish(store, "2")
    assert store.rollback(STYLE) == one
    assert store.current(STYLE) == one
    assert store.rollback(STYLE) is None
    assert store.current(STYLE) is None
    assert store.versions(STYLE) == [one, two]
    three = publish(store, "3")
    assert three.id.startswith("v0003-")
    assert three.parent == BASE_VERSION
    assert store.set_current(STYLE, two.id) == two
    assert store.set_current(STYLE, None) is None
    for unknown in ("v0009-00000000", "../x", "v1"):
        with pytest.raises(BrokenModel):
            store.set_current(STYLE, unknown)
    assert store.current(STYLE) is None


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "model changed": lambda version: _flip(version / "model.onnx"),
    "adapter changed": lambda version: _flip(version / "adapter.safetensors"),
    "model empty": lambda version: (version / "model.onnx").write_bytes(b"") and None,
    "model gone": lambda version: (version / "model.onnx").unlink(),
    "manifest gone": lambda version: (version / "manifest.json").unlink(),
    "manifest garbage": lambda version: (version / "manifest.json").write_bytes(b"\xff{") and None,
    "manifest newer": lambda version: (
        (version / "manifest.json").write_text('{"schema": 2}') and None
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_version_falls_back_with_a_warning(store: ModelStore, damage: str) -> None:
    one, two = publish(store, "1"), publish(store, "2")
    DAMAGES[damage](folder(store) / two.id)
    fresh = ModelStore(store.root)
    assert fresh.current(STYLE) == one
    assert fresh.current(STYLE) == one
    assert len(fresh.warnings) == 1
    assert two.id in fresh.warnings[0]
    assert one.id in fresh.warnings[0]
    with pytest.raises(BrokenModel):
        fresh.set_current(STYLE, two.id)
    DAMAGES[damage](folder(store) / one.id)
    assert ModelStore(store.root).current(STYLE) is None


def test_the_lineage_decides_not_the_number(store: ModelStore) -> None:
    one = publish(store, "1")
    publish(store, "2")
    three = publish(store, "3", parent=one.id)
    _flip(store.path(three, "model.onnx"))
    assert ModelStore(store.root).current(STYLE) == one


@pytest.mark.parametrize("content", [b"", b"v0099-00000000", b"../../etc", b"\xff\xfe"])
def test_a_damaged_pointer_finds_a_good_version(store: ModelStore, content: bytes) -> None:
    two = [publish(store, "1"), publish(store, "2")][1]
    (folder(store) / "CURRENT").write_bytes(content)
    fresh = ModelStore(store.root)
    assert fresh.current(STYLE) == two
    assert len(fresh.warnings) == 1


def test_circular_parents_end_at_the_base(store: ModelStore) -> None:
    one = publish(store, "1")
    path = folder(store) / one.id / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"parent": one.id}))
    _flip(store.path(one, "model.onnx"))
    assert ModelStore(store.root).current(STYLE) is None


def test_a_change_is_noticed_by_size_and_time(store: ModelStore) -> None:
    one = publish(store, "1")
    assert store.current(STYLE) == one
    path = store.path(one, "model.onnx")
    path.write_text("onnx X and more")
    assert store.current(STYLE) is None


@pytest.mark.parametrize("name", ["evil.pkl", ".hidden.onnx", "a b.onnx", "con.json"])
def test_unexpected_files_are_not_published(store: ModelStore, name: str) -> None:
    with store.stage(STYLE) as staging:
        (staging.path / "model.onnx").write_text("x")
        (staging.path / name).write_text("x")
        with pytest.raises(BrokenModel, match="cannot hold"):
            store.publish(
                staging, parent="base", method="m", corrections=0, base_sha256="", gate=GATE
            )
    assert store.versions(STYLE) == []


def test_a_version_needs_a_model(store: ModelStore) -> None:
    with store.stage(STYLE) as staging, pytest.raises(BrokenModel, match=r"model\.onnx"):
        store.publish(staging, parent="base", method="m", corrections=0, base_sha256="", gate=GATE)


def test_a_failed_publication_leaves_the_old_version(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = publish(store, "1")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite, match="disk is full"):
        publish(store, "2")
    monkeypatch.undo()
    assert store.current(STYLE) == one
    assert store.versions(STYLE) == [one]
    assert len(list(folder(store).iterdir())) == 2


def test_the_lock_is_the_threads_own(store: ModelStore) -> None:
    seen: list[BaseException] = []

    def other() -> None:
        try:
            publish(store, "2")
        except BaseException as error:
            seen.append(error)

    with store.lock(STYLE):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert isinstance(seen[0], Busy)
        publish(store, "1")  # re-entrant for the holder
    publish(store, "3")


def test_leftovers_are_cleaned(store: ModelStore) -> None:
    publish(store)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    alive = os.getppid()
    names = {
        f".staging-{dead.pid}-0123456789ab": 0,
        f".staging-{alive}-0123456789ab": 0,
        f".staging-{alive}-ba9876543210": 2 * 3600,
    }
    for name, age in names.items():
        path = folder(store) / name
        path.mkdir()
        (path / "model.onnx").touch()
        os.utime(path, (time.time() - age, time.time() - age))
    with store.stage(STYLE) as mine:
        assert store.clean() == 2
        assert mine.path.exists()
    left = [p.name for p in folder(store).iterdir() if p.name.startswith(".staging")]
    assert left == [f".staging-{alive}-0123456789ab"]
    assert store.current(STYLE) is not None


def test_styles_move_and_go(store: ModelStore) -> None:
    one = publish(store)
    store.rename_style(STYLE, "Été / 2024")
    assert store.current(STYLE) is None
    moved = store.current("Été / 2024")
    assert moved is not None
    assert (moved.id, moved.style) == (one.id, "Été / 2024")
    assert store.path(moved, "model.onnx").exists()
    store.delete_style("Été / 2024")
    assert store.versions("Été / 2024") == []
    store.rename_style("never", "there")
    store.delete_style("never")


@settings(max_examples=50, deadline=None)
@given(a=st.text(max_size=120), b=st.text(max_size=120))
def test_slugs_are_safe_and_differ(a: str, b: str) -> None:
    assert slug(a).isascii()
    assert set(slug(a)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug(a)) <= 60
    assert (slug(a) == slug(b)) == (a == b)


@pytest.mark.parametrize("style", ["../..", "CON", "nul", "a/b", "a\\b", ".", "x" * 300, "é" * 99])
def test_any_name_can_be_published(store: ModelStore, style: str) -> None:
    one = publish(store, "1", style)
    assert store.current(style) == one
    assert folder(store, style).parent == store.root


NUMBERS = st.floats(allow_nan=False)


@given(
    error=NUMBERS,
    gain=st.floats(),
    reason=st.text(),
    publish_=st.booleans(),
    method=st.text(),
    count=st.integers(0, 10**9),
)
def test_manifests_come_back(
    error: float, gain: float, reason: str, publish_: bool, method: str, count: int
) -> None:
    gate = GateReport(publish_, reason, 3, 2, error, gain_low=gain)
    files = {"model.onnx": "0" * 64}
    version = ModelVersion("v0001-00000000", "s", "base", "t", method, count, "", gate, files)
    raw = version_to_json(version)
    back = version_from_json(raw, "x")
    json.loads(raw, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    if math.isnan(gain):
        assert math.isnan(back.gate.gain_low)
    else:
        assert back == version
