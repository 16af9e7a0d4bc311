"""A style's model as one portable file, and back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from model_core.domain.version import ModelVersion
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, fold
from model_core.predict.trial import require_sound
from model_core.predictors import Predictors
from model_core.services.styles import Styles
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore
from model_core.training import base_sha256


class Packs:
    """Exports and imports styles; ``base``: the folder of the base model."""

    def __init__(
        self,
        catalog: Catalog,
        models: ModelStore,
        predictors: Predictors,
        styles: Styles,
        *,
        base: Path,
    ) -> None:
        self._catalog, self._models, self._predictors = catalog, models, predictors
        self._styles, self._base = styles, base

    def export(self, style: str, file: Path) -> None:
        version, head = self._predictors.serving(style), self._predictors.head(style)
        current = (
            None
            if version == self._predictors.base_version
            else self._models.verified(style, version)
        )
        source = self._models.path(current, MODEL_FILE).parent if current else self._base
        with tempfile.TemporaryDirectory(prefix="imgtune-") as temporary:
            folder = Path(temporary)
            fold(head, source, folder)
            self._models.export_pack(
                style,
                current.id if current else None,
                file,
                {MODEL_FILE: self._base / MODEL_FILE},
                replaced={name: folder / name for name in (MODEL_FILE, PERSONAL_FILE)},
                corrections=len(self._catalog.lessons(style)),
                base_sha256=current.base_sha256 if current else base_sha256(self._base),
            )

    def import_(self, file: Path, style: str | None) -> ModelVersion:
        packed = self._models.pack_info(file)
        with self._models.read_pack(file, style or packed.style) as (staging, _):
            require_sound(staging.path)
        style = self._styles.ensure(style or self._room_for(packed.style))
        version = self._models.import_pack(file, style)
        self._predictors.reload(style)
        return version

    def _room_for(self, name: str) -> str:
        """A style for somebody's pack of that name: never one in which there is something."""
        mine = self._styles.find(name)
        if mine is not None and self._styles.is_empty(mine):
            return mine
        return self._styles.free_name(name)
