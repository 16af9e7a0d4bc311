from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from model_core.domain.errors import BrokenModel, CannotWrite
from model_core.domain.version import BASE_VERSION, GateReport, ModelVersion
from model_core.storage import packs
from model_core.storage.manifest import version_to_json
from model_core.storage.model_store import ModelStore, slug
from tests.core.storage.samples import GATE

STYLE = "Weddings"
TENSORS = save({"w": np.arange(300, dtype=np.float32)})
FILES = {"model.onnx": b"onnx" * 1000, "adapter.safetensors": TENSORS, "card.json": b"{}"}


@pytest.fixture
def version(store: ModelStore) -> ModelVersion:
    with store.stage(STYLE) as staging:
        for name, content in FILES.items():
            (staging.path / name).write_bytes(content)
        return store.publish(
            staging, parent="base", method="lora", corrections=9, base_sha256="cd" * 32, gate=GATE
        )


@pytest.fixture
def pack(store: ModelStore, version: ModelVersion, tmp_path: Path) -> Path:
    file = tmp_path / "weddings.imgtune"
    store.export_pack(STYLE, version.id, file)
    return file


def forge(file: Path, contents: dict[str, bytes], /, **changes: Any) -> Path:
    """A pack with a fitting manifest for whatever files, then changed."""
    known = {n: hashlib.sha256(c).hexdigest() for n, c in contents.items()}
    plain = ModelVersion("v0001-00000000", "s", "base", "t", "lora", 1, "", GATE, known)
    manifest = json.loads(version_to_json(plain)) | changes
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("manifest.json", json.dumps(manifest))
        for name, content in contents.items():
            out.writestr(name, content)
    return file


def refused(store: ModelStore, file: Path, match: str) -> None:
    with pytest.raises(BrokenModel, match=match) as caught:
        store.import_pack(file, STYLE)
    assert "\n" not in str(caught.value)
    assert store.versions(STYLE) == []
    folder = store.root / slug(STYLE)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_pack_travels_to_another_machine(
    pack: Path, version: ModelVersion, tmp_path: Path
) -> None:
    other = ModelStore(tmp_path / "other machine")
    assert other.pack_info(pack) == version
    imported = other.import_pack(pack, "Their style")
    assert other.current("Their style") == imported
    assert imported.parent == BASE_VERSION
    assert imported.files == version.files
    assert (imported.method, imported.corrections, imported.base_sha256) == (
        version.method, version.corrections, version.base_sha256,
    )  # fmt: skip
    # What it claims of itself was not measured here.
    assert imported.gate == GateReport(publish=True, reason="loaded from a file")
    for name, content in FILES.items():
        assert other.path(imported, name).read_bytes() == content


def test_importing_can_be_rolled_back(store: ModelStore, pack: Path, version: ModelVersion) -> None:
    imported = store.import_pack(pack, STYLE)
    assert imported.parent == version.id
    assert imported.id.startswith("v0002-")
    assert store.rollback(STYLE) == version


def test_equal_versions_give_equal_packs(
    store: ModelStore, version: ModelVersion, pack: Path, tmp_path: Path
) -> None:
    store.export_pack(STYLE, version.id, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == pack.read_bytes()


def test_the_base_can_be_packed(store: ModelStore, tmp_path: Path) -> None:
    model = tmp_path / "base.onnx"
    model.write_bytes(b"base")
    file = tmp_path / "base.imgtune"
    store.export_pack(STYLE, None, file, {"model.onnx": model})
    assert store.pack_info(file).id == BASE_VERSION
    assert store.path(store.import_pack(file, STYLE), "model.onnx").read_bytes() == b"base"
    with pytest.raises(BrokenModel):
        store.export_pack(STYLE, None, file, {"model.onnx": tmp_path / "missing"})
    with pytest.raises(BrokenModel):
        store.export_pack(STYLE, None, file)


def test_a_damaged_version_is_not_packed(
    store: ModelStore, version: ModelVersion, tmp_path: Path
) -> None:
    store.path(version, "model.onnx").write_bytes(b"damaged")
    with pytest.raises(BrokenModel, match="damaged"):
        store.export_pack(STYLE, version.id, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_full_disk_leaves_no_pack(
    store: ModelStore, version: ModelVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite, match="disk is full"):
        store.export_pack(STYLE, version.id, tmp_path / "x")
    assert [p.name for p in tmp_path.iterdir()] == ["styles"]


# --- bad packs ------------------------------------------------------------------------


def test_a_forged_pack_without_a_fault_is_accepted(store: ModelStore, tmp_path: Path) -> None:
    assert store.import_pack(forge(tmp_path / "p", FILES), STYLE).files.keys() == FILES.keys()


def test_no_pack_at_all(store: ModelStore, tmp_path: Path) -> None:
    refused(store, tmp_path / "missing", "no pack")
    for name, content in {"empty": b"", "text": b"hello" * 100}.items():
        (tmp_path / name).write_bytes(content)
        refused(store, tmp_path / name, "no pack")
    (tmp_path / "folder").mkdir()
    refused(store, tmp_path / "folder", "cannot be used")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_pack(store: ModelStore, tmp_path: Path, part: float) -> None:
    file = forge(tmp_path / "p", FILES)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * part)])
    refused(store, file, "cannot be used")


def test_every_flipped_byte_is_harmless(store: ModelStore, tmp_path: Path) -> None:
    """Refused, or equal to the original in all that counts."""
    file = forge(tmp_path / "p", {"model.onnx": b"model"})
    good = file.read_bytes()
    refusals = 0
    for at in range(0, len(good), 7):
        data = bytearray(good)
        data[at] ^= 0x55
        file.write_bytes(data)
        try:
            with store.read_pack(file, STYLE) as (staging, _):
                assert (staging.path / "model.onnx").read_bytes() == b"model"
        except BrokenModel:
            refusals += 1
    assert refusals > 5


@pytest.mark.parametrize(
    "name",
    ["../model.onnx", "/etc/x.onnx", "a/b.onnx", "..\\x.onnx", "C:x.onnx", "x.pkl", "x.py",
     ".x.onnx", "nul.onnx", "x.onnx/", "é.onnx", "a\0.onnx"],
)  # fmt: skip
def test_names_that_would_escape(store: ModelStore, tmp_path: Path, name: str) -> None:
    file = tmp_path / "p"
    new = name.encode("utf-8")
    forge(file, {"model.onnx": b"x"})
    # zipfile would tidy some of the names, so the bytes are changed afterwards
    with zipfile.ZipFile(file, "a") as out:
        out.writestr("y" * len(new), b"x")
    raw = file.read_bytes().replace(b"y" * len(new), new)
    file.write_bytes(raw)
    refused(store, file, "cannot be used")
    assert not (tmp_path / "model.onnx").exists()


def test_a_wrong_hash(store: ModelStore, tmp_path: Path) -> None:
    files = {"model.onnx": "0" * 64}
    refused(
        store, forge(tmp_path / "p", {"model.onnx": b"x"}, files=files), r"model\.onnx is damaged"
    )


def test_a_file_that_the_manifest_lacks_or_invents(store: ModelStore, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    files = {"model.onnx": digest}
    extra = forge(tmp_path / "a", {"model.onnx": b"x", "more.json": b"{}"}, files=files)
    refused(store, extra, "not those of its manifest")
    files = {"model.onnx": digest, "adapter.safetensors": digest}
    refused(store, forge(tmp_path / "b", {"model.onnx": b"x"}, files=files), "not those")
    refused(store, forge(tmp_path / "c", {"card.json": b"x"}), "damaged")


@pytest.mark.parametrize(
    "changes",
    [{"schema": "1"}, {"schema": None}, {"files": []}, {"files": {"model.onnx": 1}}, {"gate": 3},
     {"gate": {}}, {"gate": {"publish": 1, "reason": ""}}, {"corrections": -1}, {"parent": None},
     {"files": {"model.onnx": "0" * 63}}],
)  # fmt: skip
def test_a_manifest_that_makes_no_sense(
    store: ModelStore, tmp_path: Path, changes: dict[str, Any]
) -> None:
    refused(store, forge(tmp_path / "p", {"model.onnx": b"x"}, **changes), "manifest is damaged")


def test_a_pack_from_a_newer_program(store: ModelStore, tmp_path: Path) -> None:
    refused(store, forge(tmp_path / "p", {"model.onnx": b"x"}, schema=2), "newer imgtune; update")


def test_a_zip_bomb(store: ModelStore, tmp_path: Path) -> None:
    refused(store, forge(tmp_path / "p", {"model.onnx": bytes(50 << 20)}), "far more")


def test_a_pack_that_is_too_large(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_TOTAL", 5000)
    file = forge(tmp_path / "p", {"model.onnx": os.urandom(4000), "a.json": os.urandom(2000)})
    refused(store, file, "larger than")


def test_a_size_that_lies(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The central directory says 10 bytes; the data goes on."""
    content = os.urandom(9000)
    file = forge(tmp_path / "p", {"model.onnx": content})
    file.write_bytes(file.read_bytes().replace(struct.pack("<L", 9000), struct.pack("<L", 10)))
    refused(store, file, "cannot be used")


def test_too_many_files_or_one_twice(store: ModelStore, tmp_path: Path) -> None:
    many = {"model.onnx": b"x"} | {f"f{i}.json": b"{}" for i in range(40)}
    refused(store, forge(tmp_path / "a", many), "too many")
    file = forge(tmp_path / "b", {"model.onnx": b"x"})
    with zipfile.ZipFile(file, "a") as out:
        out.writestr("MODEL.onnx", b"other")
    refused(store, file, "twice")


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", struct.pack("<Q", 1 << 60) + b"{}"])
def test_tensors_that_are_none(store: ModelStore, tmp_path: Path, content: bytes) -> None:
    files = {"model.onnx": b"x", "adapter.safetensors": content}
    refused(store, forge(tmp_path / "p", files), "holds no tensors")


def test_a_manifest_that_is_huge(store: ModelStore, tmp_path: Path) -> None:
    file = forge(tmp_path / "p", {"model.onnx": b"x"}, method=os.urandom(700_000).hex())
    refused(store, file, "too large")


@pytest.mark.parametrize("content", [b"", b"a photo", b"PK\x05\x06" + bytes(18)])
def test_nothing_but_a_pack_is_written_over(
    store: ModelStore, version: ModelVersion, tmp_path: Path, content: bytes
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(content)
    with pytest.raises(CannotWrite, match=r"photo\.jpg is there already.*choose another name"):
        store.export_pack(version.style, version.id, photo, {})
    assert photo.read_bytes() == content


def test_an_older_pack_is_written_over(
    store: ModelStore, pack: Path, version: ModelVersion
) -> None:
    before = pack.stat().st_mtime_ns
    store.export_pack(version.style, version.id, pack, {})
    assert pack.stat().st_mtime_ns > before
    assert packs.pack_info(pack).id == version.id
