"""Shows the cameras' own small pictures, milliseconds each, while the photos are opened."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from imgtune_gui.workers import messages as m
from imgtune_gui.workers.base import QueueWorker
from imgtune_gui.workers.pixels import to_image
from model_core.domain.errors import ImgtuneError

if TYPE_CHECKING:
    from model_core.services import Studio

#: Long side: what the EXIF standard puts there.
_SIDE = 160
#: So many pictures are told by one signal, or those of so much time.
_MOST, _TELL_S = 12, 0.03


class QuickWorker(QueueWorker):
    """Knows only the newest wish list: whoever scrolls on does not wait for what is past. Has a
    thread of its own, since the others decode whole photos meanwhile."""

    found = Signal(object)  # QuickThumbsFound

    def __init__(self) -> None:
        super().__init__()
        self._studio: Studio | None = None

    def set_studio(self, studio: Studio) -> None:
        """Before the first job; from any thread."""
        self._studio = studio

    def want(self, paths: Iterable[Path]) -> None:
        """Replaces all that has not begun, most wanted first; from any thread."""
        with self._lock:
            self._jobs.clear()
            self._jobs.extend(paths)
        self._wake()

    def _run(self, job: object) -> None:
        assert isinstance(job, Path)
        images: dict[Path, QImage] = {}
        start, path = time.monotonic(), job
        while True:  # until nothing waits or it is time to tell
            image = self._image(path)
            if image is not None:
                images[path] = image
            if len(images) == _MOST or time.monotonic() - start > _TELL_S:
                break
            with self._lock:
                following = self._jobs[0] if self._jobs else None
                if not isinstance(following, Path):
                    break
                path = following
                self._jobs.popleft()
        if images:
            self.found.emit(m.QuickThumbsFound(images))

    def _image(self, path: Path) -> QImage | None:
        if self._studio is None or self.cancel.is_set():
            return None
        try:
            pixels = self._studio.quick_thumbnail(path, _SIDE)
        except ImgtuneError:
            return None  # opening it says so in a moment
        return None if pixels is None else to_image(pixels)
