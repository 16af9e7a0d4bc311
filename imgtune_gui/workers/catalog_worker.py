"""Short work on the catalog and the predictor, strictly in order.

Saving, learning and predicting share one queue, so that a prediction that was asked for
after a lesson always knows the lesson.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from imgtune_gui.backend import Backend
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker

if TYPE_CHECKING:
    from model_core.services import Studio


class CatalogWorker(QueueWorker):
    """Opens the studio first; everything else needs it."""

    studio_opened = Signal(object)  # StudioOpened
    style_loaded = Signal(object)  # StyleLoaded
    learned = Signal(object)  # Learned
    forgotten = Signal(object)  # Forgotten
    style_created = Signal(object)  # StyleCreated
    version_changed = Signal(object)  # VersionChanged
    pack_done = Signal(object)  # PackDone
    predicted = Signal(object)  # Predicted

    def __init__(self, loader: Callable[[], Backend]) -> None:
        super().__init__()
        self._loader = loader
        self._studio: Studio | None = None
        self._handlers: dict[type, Callable[[Any], None]] = {
            m.OpenStudio: self._open_studio,
            m.LoadStyle: self._load_style,
            m.SaveEdit: self._save_edit,
            m.SaveMarks: self._save_marks,
            m.Learn: self._learn,
            m.Forget: self._forget,
            m.CreateStyle: self._create_style,
            m.RollBack: self._roll_back,
            m.Reload: self._reload,
            m.PackRequest: self._pack,
            m.Predict: self._predict,
        }

    def _run(self, job: object) -> None:
        self._handlers[type(job)](job)

    @property
    def studio(self) -> Studio:
        if self._studio is None:
            raise RuntimeError("the studio is not open")
        return self._studio

    @property
    def opened_studio(self) -> Studio | None:
        """For shutting down, once the thread has ended."""
        return self._studio

    def _open_studio(self, job: m.OpenStudio) -> None:
        backend = self._loader()
        self._studio = backend.open_studio(job.data_dir)
        names = tuple(info.name for info in self._studio.styles())
        self.studio_opened.emit(m.StudioOpened(backend, self._studio, names))

    def _load_style(self, job: m.LoadStyle) -> None:
        studio = self.studio
        self.style_loaded.emit(
            m.StyleLoaded(
                style=job.style,
                styles=tuple(studio.styles()),
                lessons=tuple(studio.lessons(job.style)),
                versions=tuple(studio.versions(job.style)),
                version=studio.current_version(job.style),
                network_version=studio.network_version(job.style),
            )
        )

    def _save_edit(self, job: m.SaveEdit) -> None:
        if job.settings is None:
            self.studio.clear_edit(job.style, job.photo.id)
        else:
            self.studio.save_edit(job.style, job.photo, job.settings)

    def _save_marks(self, job: m.SaveMarks) -> None:
        self.studio.save_marks(job.marks)

    def _learn(self, job: m.Learn) -> None:
        lesson = self.studio.learn(job.style, job.photo, job.features, job.chosen)
        due = self.studio.training_due(job.style)
        self.learned.emit(m.Learned(job.style, job.photo.path, lesson, due))

    def _forget(self, job: m.Forget) -> None:
        self.studio.forget(job.correction_id)
        self.forgotten.emit(m.Forgotten(job.style, job.correction_id))

    def _create_style(self, job: m.CreateStyle) -> None:
        self.studio.create_style(job.name)
        self.style_created.emit(m.StyleCreated(job.name))

    def _roll_back(self, job: m.RollBack) -> None:
        version = self.studio.rollback(job.style)
        self.version_changed.emit(m.VersionChanged(job.style, version, rolled_back=True))

    def _reload(self, job: m.Reload) -> None:
        # Training may have reloaded already: what counts is what the window has not shown.
        self.studio.reload(job.style)
        version = self.studio.current_version(job.style)
        self.version_changed.emit(m.VersionChanged(job.style, version, rolled_back=False))

    def _pack(self, job: m.PackRequest) -> None:
        if job.importing:
            self.studio.import_pack(job.file, job.style)
        else:
            self.studio.export_pack(job.style, job.file)
        self.pack_done.emit(m.PackDone(job.style, job.file, job.importing))

    def _predict(self, job: m.Predict) -> None:
        found = self.studio.predict_many(job.style, [f for _, f in job.features])
        paths = [path for path, _ in job.features]
        pairs = tuple(zip(paths, found, strict=True))
        self.predicted.emit(m.Predicted(job.generation, job.style, pairs))
