"""Published versions of styles: ``root/<style>/<version>/`` and ``CURRENT``.

A version is a folder (manifest.json, *.safetensors, model.onnx) that is complete before it
gets its name and never changes after. ``CURRENT`` names the one that serves; it is replaced
atomically, and a missing one means the base model.

Version ids look like ``v0003-5f0c2a9b``: a number within the style and a hash of the
content, so that ids of two styles never collide (features are cached by version id).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from model_core.domain.errors import BrokenModel
from model_core.domain.version import BASE_VERSION, GateReport, ModelVersion
from model_core.storage.atomic import (
    cannot_write,
    copy_synced,
    sync_file,
    sync_folder,
    write_atomic,
)
from model_core.storage.hashes import FileHashes, fingerprint, sha256_of
from model_core.storage.manifest import (
    MANIFEST,
    MAX_MANIFEST,
    MODEL,
    TRAINING,
    is_file_name,
    version_from_json,
    version_to_json,
)
from model_core.storage.packs import base_as_version, pack_info, unpack, write_pack
from model_core.storage.rows import now
from model_core.storage.staging import StagingFolder, StyleLocks, clean_style, staged

__all__ = ["ModelStore", "StagingFolder", "slug"]

CURRENT, CHECKPOINT, DELETED = "CURRENT", "training.safetensors", ".deleted-"
_VERSION = re.compile(r"v(\d{4,})-[0-9a-f]{8}")


def slug(style: str) -> str:
    """A folder name for a style: readable, safe everywhere, different for each name."""
    plain = re.sub(r"[^a-z0-9]+", "-", style.lower()).strip("-")[:40].strip("-")
    digest = hashlib.blake2b(style.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{plain or 'style'}-{digest}"


class ModelStore:
    """The versions below ``root`` (made when needed). ``warnings``: what was found damaged.

    Any thread may call anything. Writing raises :class:`CannotWrite`; versions or packs
    that are damaged, foreign or from a newer program raise :class:`BrokenModel`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warnings: list[str] = []
        self._sha256 = FileHashes()
        self._locks = StyleLocks(root / ".locks")

    # --- publishing -------------------------------------------------------------------
    def lock(self, style: str) -> AbstractContextManager[None]:
        """Holds a style for training or publishing, across processes; re-entrant in a thread.

        Raises :class:`Busy` at once, with the holder's pid. A killed holder frees it.
        """
        return self._locks.held(slug(style), f"training or publishing the style {style!r}")

    def checkpoint(self, style: str) -> Path:
        """Where a training of the style keeps what it would take up again."""
        return self._folder(style) / CHECKPOINT

    def stage(self, style: str) -> AbstractContextManager[StagingFolder]:
        """A new empty folder to put a version's files in; removed unless it is published."""
        return staged(self._folder(style), style)

    def publish(
        self,
        staging: StagingFolder,
        *,
        parent: str,
        method: str,
        corrections: int,
        base_sha256: str,
        gate: GateReport,
        created_at: str | None = None,
    ) -> ModelVersion:
        """Makes a staged folder the next version of its style, and the one that serves.

        ``parent``: the id it was trained from, or ``BASE_VERSION``. Takes the style's lock
        (raises Busy). Raises BrokenModel when model.onnx is missing or a file is unexpected.
        """
        folder = self._folder(staging.style)
        with self.lock(staging.style), _writing(staging.path):
            files = self._hash_staged(staging)
            version = ModelVersion(
                id=f"v{self._next_number(folder):04d}-{fingerprint(files)}",
                style=staging.style,
                parent=parent,
                created_at=created_at or now(),
                method=method,
                corrections=corrections,
                base_sha256=base_sha256,
                gate=gate,
                files=files,
            )
            write_atomic(staging.path / MANIFEST, version_to_json(version))
            staging.path.rename(folder / version.id)
            sync_folder(folder)
            self._point(staging.style, version.id)
        return version

    def _hash_staged(self, staging: StagingFolder) -> dict[str, str]:
        files = {}
        for path in sorted(staging.path.iterdir()):
            if path.is_symlink() or not path.is_file() or not is_file_name(path.name):
                raise BrokenModel(
                    f"A version cannot hold {path.name!r}; only .onnx, .safetensors and .json."
                )
            sync_file(path)
            files[path.name] = sha256_of(path)
        if MODEL not in files:
            raise BrokenModel(f"A version needs a {MODEL}; none was staged.")
        return files

    # --- serving ----------------------------------------------------------------------
    def current(self, style: str) -> ModelVersion | None:
        """The version that serves, checked; None is the base model.

        A damaged one is passed over for its last good ancestor, with a line in
        ``warnings``. Hashes are computed once and then trusted by size and time.
        """
        wanted = first = self._pointed(style)
        why, seen = "", set[str]()
        while wanted is not None and wanted != BASE_VERSION and wanted not in seen:
            try:
                found = self.verified(style, wanted)
            except BrokenModel as error:
                why = why or str(error)
                seen.add(wanted)
                wanted = self._before(style, wanted)
            else:
                self._warn_fallback(first, found.id, why)
                return found
        self._warn_fallback(first, "the base model", why)
        return None

    def verified(self, style: str, version: str) -> ModelVersion:
        """A version whose files have their hashes. Raises :class:`BrokenModel`."""
        found = self._manifest(style, version)
        for name, expected in found.files.items():
            path = self.path(found, name)
            try:
                actual = self._sha256(path)
            except OSError as error:
                raise BrokenModel(
                    f"{path} cannot be read ({error.strerror}); roll back or train again."
                ) from error
            if actual != expected:
                raise BrokenModel(f"{path} is damaged; roll back or train again.")
        return found

    def points_at(self, style: str) -> str:
        """The id of the version that was last made to serve, whether it can or not."""
        return self._pointed(style) or BASE_VERSION

    def versions(self, style: str) -> list[ModelVersion]:
        """All versions with a readable manifest, oldest first (hashes are not checked)."""
        found = []
        for version in self._ids(style):
            try:
                found.append(self._manifest(style, version))
            except BrokenModel as error:
                self._warn(str(error))
        return found

    def path(self, version: ModelVersion, name: str) -> Path:
        """Where a file of a version is. Raises BrokenModel when it has none so named."""
        if name not in version.files:
            raise BrokenModel(f"Version {version.id} has no {name}.")
        return self._folder(version.style) / version.id / name

    def set_current(self, style: str, version: str | None) -> ModelVersion | None:
        """Lets ``version`` serve (None or ``BASE_VERSION``: the base). Raises BrokenModel."""
        if version is None or version == BASE_VERSION:
            self._point(style, BASE_VERSION)
            return None
        found = self.verified(style, version)
        self._point(style, found.id)
        return found

    def rollback(self, style: str) -> ModelVersion | None:
        """Lets the parent of the current version serve (None: the base); keeps the newer."""
        serving = self.current(style)
        self._point(style, BASE_VERSION if serving is None else serving.parent)
        return self.current(style)

    # --- styles -----------------------------------------------------------------------
    def rename_style(self, style: str, to: str) -> None:
        """Moves the versions of a style along with its new name. Raises Busy, CannotWrite."""
        old, new = self._folder(style), self._folder(to)
        if style == to or not old.is_dir():
            return
        with self.lock(style), self.lock(to), _writing(new):
            old.rename(new)
            sync_folder(self.root)

    @contextmanager
    def copied_style(self, style: str, to: str) -> Iterator[None]:
        """Copies the versions of a style before the block, and gives them to the style ``to``
        after it; not when it raises. Raises Busy, CannotWrite."""
        old, new = self._folder(style), self._folder(to)
        if not old.is_dir():
            yield
            return
        with self.lock(style), self.lock(to), staged(new, to) as staging:
            kept = (*self._ids(style), CURRENT)
            with _writing(new):
                for one in kept:
                    copy_synced(old / one, staging.path / one)
            yield
            with _writing(new):
                for one in kept:
                    if (staging.path / one).exists():
                        (staging.path / one).replace(new / one)
                sync_folder(new)

    def delete_style(self, style: str) -> None:
        """Deletes all versions of a style. Raises Busy, CannotWrite."""
        folder = self._folder(style)
        if folder.is_dir():
            with self.lock(style), _writing(folder):
                # At once, under a name that the next start removes.
                gone = self.root / f"{DELETED}{secrets.token_hex(6)}"
                folder.rename(gone)
                sync_folder(self.root)
                shutil.rmtree(gone)

    def clean(self) -> int:
        """Removes what killed processes left behind; how many things. Never raises Busy."""
        if not self.root.is_dir():
            return 0
        removed = 0
        for folder in self.root.iterdir():
            if folder.name.startswith(DELETED):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            elif folder.is_dir() and not folder.name.startswith("."):
                removed += clean_style(folder, self._locks)
        return removed

    # --- packs ------------------------------------------------------------------------
    def export_pack(
        self,
        style: str,
        version: str | None,
        file: Path,
        base_files: Mapping[str, Path] | None = None,
        *,
        replaced: Mapping[str, Path] | None = None,
        corrections: int | None = None,
        base_sha256: str | None = None,
    ) -> None:
        """Writes a version to one file; ``base_files`` ({name: path}) when it is the base.

        ``replaced``: files that stand in for the version's own, or join them; the numbers
        are put into the pack's manifest in place of the version's.

        Raises BrokenModel when the version is damaged, CannotWrite.
        """
        try:
            if version is None or version == BASE_VERSION:
                files = dict(base_files or {})
                found = base_as_version(style, {name: sha256_of(p) for name, p in files.items()})
                version_from_json(version_to_json(found), "The base model")  # as a reader would
            else:
                found = self.verified(style, version)
                files = {name: self.path(found, name) for name in found.files if name != TRAINING}
            if replaced:
                files.update(replaced)
            found = replace(
                found,
                files={name: sha256_of(p) for name, p in files.items()},
                corrections=found.corrections if corrections is None else corrections,
                base_sha256=found.base_sha256 if base_sha256 is None else base_sha256,
            )
            write_pack(found, files, file)
        except OSError as error:  # of the model's files; the pack's own are CannotWrite
            raise BrokenModel(f"The model to pack cannot be read ({error}).") from error

    def pack_info(self, file: Path) -> ModelVersion:
        """What a pack says of itself (style, method, base hash). Raises BrokenModel."""
        return pack_info(file)

    @contextmanager
    def read_pack(self, file: Path, style: str) -> Iterator[tuple[StagingFolder, ModelVersion]]:
        """Unpacks and checks a pack into a staging folder of ``style``. Raises BrokenModel."""
        pack_info(file)  # before anything is made for it
        with self.stage(style) as staging:
            yield staging, unpack(file, staging.path)

    def import_pack(self, file: Path, style: str) -> ModelVersion:
        """Publishes a pack as the next version of ``style``; rolling back undoes it. What it
        claims of its gate was measured elsewhere, if at all, and is not taken over.

        Raises BrokenModel, CannotWrite, Busy.
        """
        with self.read_pack(file, style) as (staging, packed), self.lock(style):
            (staging.path / TRAINING).unlink(missing_ok=True)
            serving = self.current(style)
            return self.publish(
                staging,
                parent=BASE_VERSION if serving is None else serving.id,
                method=packed.method,
                corrections=packed.corrections,
                base_sha256=packed.base_sha256,
                gate=GateReport(publish=True, reason="loaded from a file"),
                created_at=packed.created_at,
            )

    # --- inside -----------------------------------------------------------------------
    def _folder(self, style: str) -> Path:
        return self.root / slug(style)

    def _point(self, style: str, version: str) -> None:
        folder = self._folder(style)
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / CURRENT, f"{version}\n".encode("ascii"))

    def _pointed(self, style: str) -> str | None:
        path = self._folder(style) / CURRENT
        try:
            text = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            text = ""
        if text == BASE_VERSION or _VERSION.fullmatch(text):
            return text
        ids = self._ids(style)
        self._warn(f"{path} is damaged; the newest version of the style is used.")
        return ids[-1] if ids else None

    def _manifest(self, style: str, version: str) -> ModelVersion:
        path = self._folder(style) / version / MANIFEST
        if not _VERSION.fullmatch(version):
            raise BrokenModel(f"{version!r} is no version of the style {style!r}.")
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_MANIFEST + 1)
        except OSError as error:
            raise BrokenModel(
                f"Version {version} of the style {style!r} is not there; choose another."
            ) from error
        found = version_from_json(raw, f"Version {version} of the style {style!r}")
        # The folder is the truth: a style may have been renamed since.
        return replace(found, id=version, style=style)

    def _before(self, style: str, version: str) -> str | None:
        """The parent of a damaged version; the next lower number when that is unknown."""
        try:
            return self._manifest(style, version).parent
        except BrokenModel:
            lower = [one for one in self._ids(style) if _number(one) < _number(version)]
            return lower[-1] if lower else None

    def _ids(self, style: str) -> list[str]:
        folder = self._folder(style)
        if not folder.is_dir():
            return []
        names = (path.name for path in folder.iterdir() if path.is_dir())
        return sorted(filter(_VERSION.fullmatch, names), key=_number)

    def _next_number(self, folder: Path) -> int:
        found = (_VERSION.fullmatch(path.name) for path in folder.iterdir())
        return max((int(match[1]) for match in found if match), default=0) + 1

    def _warn_fallback(self, wanted: str | None, serves: str, why: str) -> None:
        if why:
            self._warn(f"{why.rstrip('.')}. Instead of {wanted}, {serves} serves now.")

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def _number(version: str) -> int:
    match = _VERSION.fullmatch(version)
    return int(match[1]) if match else 0
