"""Writes photos at full size, one after the other."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from imgtune_gui.backend import Backend
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import ImgtuneError
from model_core.domain.photo import Photo

if TYPE_CHECKING:
    from model_core.services import ExportOptions, Studio

log = logging.getLogger(__name__)


class ExportWorker(QueueWorker):
    """One file's error is listed and the next file goes on."""

    progressed = Signal(object)  # WorkProgressed
    finished = Signal(object)  # ExportFinished

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None
        self._backend: Backend | None = None

    def set_studio(self, backend: Backend, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._backend, self._studio = backend, studio

    def _run(self, job: object) -> None:
        assert isinstance(job, m.Export)
        assert self._studio is not None
        assert self._backend is not None
        options = self._backend.export_options(
            format=job.format, quality=job.quality, long_side=job.long_side
        )
        written: list[Path] = []
        errors: list[str] = []
        total = len(job.photos)
        for done, (path, settings, photo) in enumerate(job.photos):
            if self.cancel.is_set():
                break
            self.progressed.emit(m.WorkProgressed(done, total, path.name))
            try:
                written.append(self._write(job, path, settings, photo, options))
            except ImgtuneError as error:
                errors.append(str(error))
            except Exception as error:
                log.exception("export of %s", path)
                errors.append(f"{path.name}: unexpected error {error!r}")
        cancelled = self.cancel.is_set()
        self.finished.emit(m.ExportFinished(tuple(written), tuple(errors), cancelled))

    def _write(
        self,
        job: m.Export,
        path: Path,
        settings: DevelopSettings | None,
        photo: Photo | None,
        options: ExportOptions,
    ) -> Path:
        studio = self._studio
        assert studio is not None
        if settings is None:
            # Not analysed yet: export what the model would show, not the bare photo.
            photo, proxy = studio.open_photo(path)
            features = studio.analyse(photo, job.style, proxy)
            settings = studio.predict(job.style, features).settings.rounded()
        out = studio.export_name(path, job.folder, options)
        return studio.export(path, settings, out, options)
