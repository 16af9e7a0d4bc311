"""What a version's files are known by: SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(files: Mapping[str, str]) -> str:
    """Eight hex digits of ``{name: sha256}``, the same whatever the order."""
    text = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class _Known:
    size: int
    mtime_ns: int
    sha256: str


class FileHashes:
    """Hashes computed once and then trusted for as long as size and time stay the same."""

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}

    def __call__(self, path: Path) -> str:
        """SHA-256 of a file, in hex. Raises OSError."""
        status = path.stat()
        known = self._known.get(path)
        if known is None or (known.size, known.mtime_ns) != (status.st_size, status.st_mtime_ns):
            known = _Known(status.st_size, status.st_mtime_ns, sha256_of(path))
            self._known[path] = known
        return known.sha256
