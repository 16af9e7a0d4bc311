"""A style's model as one portable file, and back."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model_core.assets import sample_photos
from model_core.domain.version import ModelVersion
from model_core.imaging.decode import decode_proxy
from model_core.predict.fold import MODEL_FILE, PERSONAL_FILE, fold
from model_core.predict.onnx_network import network_input, thumbnail_pixels
from model_core.predict.shrink import shrink
from model_core.predict.trial import require_sound
from model_core.predictors import Predictors
from model_core.services.photos import ANALYSIS_SIDE
from model_core.services.styles import Styles
from model_core.storage.catalog import Catalog
from model_core.storage.model_store import ModelStore
from model_core.training import base_sha256

_COMPARED = 50  # lessons


@dataclass(frozen=True, slots=True)
class PackWritten:
    """A pack of ``size`` bytes. With ``int8`` its settings differ from the full ones by at most
    ``difference`` J on the ``photos`` that were compared."""

    file: Path
    size: int
    int8: bool
    difference: float
    photos: int


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

    def export(self, style: str, file: Path, *, int8: bool) -> PackWritten:
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
            images = self._pictures(style) if int8 else None
            difference = 0.0 if images is None else shrink(folder / MODEL_FILE, images)
            self._models.export_pack(
                style,
                current.id if current else None,
                file,
                {MODEL_FILE: self._base / MODEL_FILE},
                replaced={name: folder / name for name in (MODEL_FILE, PERSONAL_FILE)},
                corrections=len(self._catalog.lessons(style)),
                base_sha256=current.base_sha256 if current else base_sha256(self._base),
            )
        seen = 0 if images is None else len(images)
        return PackWritten(file, file.stat().st_size, int8, difference, seen)

    def _pictures(self, style: str) -> npt.NDArray[np.uint8]:
        """What a shrunk network is compared with the whole one on: the newest lessons' photos
        as networks take them, and the bundled samples."""
        lessons = [lesson.id for lesson in self._catalog.lessons(style)][-_COMPARED:]
        stored = self._catalog.lesson_thumbnails(lessons).values()
        images = [image for one in stored if (image := thumbnail_pixels(one)) is not None]
        images += [network_input(decode_proxy(p, ANALYSIS_SIDE)[1]) for p in sample_photos()]
        return np.stack(images)

    def import_(self, file: Path, style: str | None) -> ModelVersion:
        packed = self._models.pack_info(file)
        with self._models.read_pack(file, style or packed.style) as (staging, _):
            require_sound(staging.path)
        style = self._styles.ensure(style or self._room_for(packed.style))
        version = self._models.import_pack(file, style)
        self._predictors.reload(style)
        return version

    def fits(self, version: ModelVersion) -> bool:
        return version.base_sha256 == base_sha256(self._base)

    def _room_for(self, name: str) -> str:
        """A style for somebody's pack of that name: never one in which there is something."""
        mine = self._styles.find(name)
        if mine is not None and self._styles.is_empty(mine):
            return mine
        return self._styles.free_name(name)
