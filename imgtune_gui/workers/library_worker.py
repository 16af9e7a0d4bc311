"""Opens photos for the filmstrip: decode, analyse, draw thumbnails as developed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from imgtune_gui.core_texts import said
from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from imgtune_gui.workers.pixels import reduce, to_image
from model_core.domain.errors import ImgtuneError
from model_core.domain.image import Proxy
from model_core.domain.photo import Photo

if TYPE_CHECKING:
    from model_core.services import Studio

#: Long side of a thumbnail's pixels: sharp in the filmstrip at twice the density.
THUMB_SIDE = 300
_PART = 250  # photos told at once: the main thread takes up one part in some milliseconds


class LibraryWorker(QueueWorker):
    """Looking up first, then thumbnails, then opening; what is visible goes before the rest, and
    the rest waits while a hand scrolls or moves a slider: cores and interpreter are the hand's."""

    looked_up = Signal(object)  # LookedUp, one or more for a LookUp
    opened = Signal(object)  # PhotoOpened
    photo_failed = Signal(object)  # PhotoFailed
    thumb_rendered = Signal(object)  # ThumbRendered

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None
        self._analysis_side = 0
        self._thumbs: dict[Path, m.RenderThumb] = {}
        self._opens: dict[Path, m.OpenPhoto] = {}
        self._again: dict[Path, m.OpenPhoto] = {}
        self._visible: tuple[Path, ...] = ()
        self._resting = False

    def set_studio(self, studio: Studio, analysis_side: int) -> None:
        """Before the first job; from any thread."""
        self._studio, self._analysis_side = studio, analysis_side

    def set_visible(self, paths: Iterable[Path]) -> None:
        """What the user looks at, most wanted first; from any thread."""
        with self._lock:
            self._visible = tuple(paths)

    def want_sources(self, jobs: Iterable[m.OpenPhoto]) -> None:
        """Photos that were opened before and are looked at again, most wanted first. Replaces
        what was wanted so; from any thread."""
        with self._lock:
            self._again = {job.path: job for job in jobs}
        self._wake()

    def set_resting(self, resting: bool) -> None:
        """While a hand moves something: what nobody looks at waits; from any thread."""
        with self._lock:
            self._resting = resting
        if not resting:
            self._wake()

    def pending_opens(self) -> int:
        """How many photos wait to be opened; from any thread."""
        with self._lock:
            return len(self._opens)

    def _add(self, job: object) -> None:
        # A newer request for the same photo replaces the older one.
        if isinstance(job, m.RenderThumb):
            self._thumbs[job.path] = job
        elif isinstance(job, m.OpenPhoto):
            self._opens[job.path] = job
        else:
            self._jobs.append(job)

    def _drop_all(self) -> None:
        self._jobs.clear()
        self._thumbs.clear()
        self._opens.clear()
        self._again.clear()

    def _take(self) -> object | None:
        if self._jobs:
            return self._jobs.popleft()
        queues: tuple[dict[Path, Any], ...] = (self._thumbs, self._again, self._opens)
        for queue in queues:
            for path in self._visible:
                if path in queue:
                    return queue.pop(path)
        if self._resting:
            return None
        for queue in queues:
            if queue:
                return queue.pop(next(iter(queue)))
        return None

    def _run(self, job: object) -> None:
        if isinstance(job, m.LookUp):
            self._look_up(job)
        elif isinstance(job, m.RenderThumb):
            self._render_thumb(job)
        elif isinstance(job, m.OpenPhoto):
            self._open(job)

    @property
    def studio(self) -> Studio:
        if self._studio is None:
            raise RuntimeError("the studio is not open")
        return self._studio

    def _look_up(self, job: m.LookUp) -> None:
        known = {one.photo.path: one for one in self.studio.known.find(job.style, job.paths)}
        for start in range(0, len(job.paths), _PART):
            part = job.paths[start : start + _PART]
            opened = tuple(
                m.PhotoOpened(
                    job.generation, path, job.style, one.photo, one.features, one.edit, one.marks,
                    one.geometry, None,
                )
                for path in part if (one := known.get(path)) is not None
            )  # fmt: skip
            unknown = tuple(path for path in part if path not in known)
            self.looked_up.emit(m.LookedUp(job.generation, job.style, opened, unknown))

    def _open(self, job: m.OpenPhoto) -> None:
        try:
            photo, proxy = self._decode(job)
            features = self.studio.analyse(photo, job.style, proxy)
            edit = self.studio.load_edit(job.style, photo.id)
            marks = self.studio.load_marks(photo.id)
            geometry = self.studio.load_geometry(photo.id)
        except ImgtuneError as error:
            gone = not job.path.exists()
            self.photo_failed.emit(m.PhotoFailed(job.generation, job.path, said(error), gone))
            return
        source = reduce(proxy, THUMB_SIDE, THUMB_SIDE) if proxy is not None else None
        self.opened.emit(
            m.PhotoOpened(
                job.generation, job.path, job.style, photo, features, edit, marks, geometry, source
            )
        )

    def _decode(self, job: m.OpenPhoto) -> tuple[Photo, Proxy | None]:
        if job.photo is not None and not job.decode:
            return job.photo, None
        return self.studio.open_photo(job.path, self._analysis_side)

    def _render_thumb(self, job: m.RenderThumb) -> None:
        source = self.studio.framed(job.source, job.geometry)
        image = to_image(self.studio.preview(source, job.settings, space=job.space))
        self.thumb_rendered.emit(
            m.ThumbRendered(job.path, image, job.settings, job.geometry, job.space)
        )
