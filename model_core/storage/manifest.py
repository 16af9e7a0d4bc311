"""ModelVersion and GateReport as JSON, and the checks on what comes back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from model_core.domain.errors import BrokenModel
from model_core.domain.version import GateReport, ModelVersion

#: Schema of manifest.json. Raise it when an older program could not read the new one.
SCHEMA = 1
MANIFEST = "manifest.json"
MODEL = "model.onnx"
#: Of a version trained here: on which lessons. Not carried in packs: their ids mean nothing there.
TRAINING = "training.json"
MAX_MANIFEST = 1 << 20

# Flat, plain, no leading dot: nothing that could leave the folder, hide, or be a device.
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(onnx|safetensors|json)")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\..*", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_file_name(name: str) -> bool:
    """Whether ``name`` may be a file of a version (flat; onnx, safetensors or json)."""
    plain = _FILE_NAME.fullmatch(name) is not None and _DEVICES.fullmatch(name) is None
    return plain and name != MANIFEST


def gate_to_dict(gate: GateReport) -> dict[str, Any]:
    """A gate report as strict JSON types; numbers that are not finite become text."""
    return {name: _number_out(value) for name, value in asdict(gate).items()}


def gate_from_dict(data: Any) -> GateReport:
    """The inverse of :func:`gate_to_dict`. Raises ValueError or TypeError."""
    if not isinstance(data, dict):
        raise TypeError("the gate report is not an object")
    convert: dict[str, Callable[[Any], Any]]
    convert = {"bool": _flag, "str": _text, "int": _count, "float": float}
    known = {
        field.name: convert[str(field.type)](data[field.name])
        for field in fields(GateReport)
        if field.name in data
    }
    return GateReport(**known)


def version_to_json(version: ModelVersion) -> bytes:
    """The manifest of a version."""
    data = asdict(version) | {"gate": gate_to_dict(version.gate)}
    text = json.dumps({"schema": SCHEMA} | data, indent=2, allow_nan=False)
    return text.encode("ascii") + b"\n"


def version_from_json(raw: bytes, where: str) -> ModelVersion:
    """A version from its manifest. Raises :class:`BrokenModel` naming ``where``."""
    if len(raw) > MAX_MANIFEST:
        raise BrokenModel(f"{where}: its manifest is too large; get it again.")
    try:
        data = json.loads(raw)
        schema = _count(data["schema"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenModel(f"{where}: its manifest is damaged; get it again.") from error
    if schema > SCHEMA:
        raise BrokenModel(f"{where} was made by a newer imgtune; update this one.")
    try:
        return ModelVersion(
            id=_text(data["id"]),
            style=_text(data["style"]),
            parent=_text(data["parent"]),
            created_at=_text(data["created_at"]),
            method=_text(data["method"]),
            corrections=_count(data["corrections"]),
            base_sha256=_text(data["base_sha256"]),
            gate=gate_from_dict(data["gate"]),
            files=_files(data["files"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenModel(f"{where}: its manifest is damaged ({error}); get it again.") from error


def _files(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        raise TypeError("files is not an object")
    for name, digest in data.items():
        if not is_file_name(name) or not _SHA256.fullmatch(_text(digest)):
            raise ValueError(f"unexpected file {name!r}")
    if MODEL not in data:
        raise ValueError(f"no {MODEL}")
    return dict(data)


def _number_out(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value
