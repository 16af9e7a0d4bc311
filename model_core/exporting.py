"""Many photos to files: names that do not collide, and several photos at a time."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite, ImgtuneError, NameTaken
from model_core.domain.export import FORMATS, BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import UNCROPPED, Geometry
from model_core.domain.image import CodedImage
from model_core.domain.marks import UNMARKED, Marks
from model_core.domain.naming import NameTemplate
from model_core.imaging.cores import CORES, pool
from model_core.imaging.decode import MAX_PIXELS, decode_for
from model_core.imaging.encode import write_encoded
from model_core.imaging.framing import framed
from model_core.imaging.memory import reusing
from model_core.imaging.output.metadata import facts_of
from model_core.imaging.output.replacing import refuse_foreign, refuse_original
from model_core.imaging.output.size import Coded
from model_core.imaging.output.streamed import Rows, rows_of
from model_core.imaging.render import EXPORT_GRID, PREVIEW_GRID, prepare, render, render_bands
from model_core.progress import Cancelled, Progress
from model_core.storage.atomic import cannot_write, replacing

log = logging.getLogger(__name__)

#: A photo of half the sides must be so many times as large as the copy. Decoders average code
#: values and not light, which shows as deltaE00 0.3 on average (0.7 where there is 1.5), beside
#: 0.5 and more of JPEG's own.
_SPARE = 3
_POLL = 0.1  # seconds until a cancel is noticed
_LEAST_FREE = 500_000  # bytes, of which a folder or a temporary file takes some
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOENT, errno.EACCES}


def export_photo(
    path: Path,
    settings: DevelopSettings,
    out: Path,
    options: ExportOptions,
    *,
    marks: Marks = UNMARKED,
    geometry: Geometry = UNCROPPED,
    max_pixels: int = MAX_PIXELS,
    threads: int | None = None,
    may_replace: bool = True,
    cancel: threading.Event | None = None,
) -> Path:
    """Develops the whole photo, framed as ``geometry`` says, into the file ``out``: atomic,
    and never over another file than an export of ours, not even that without ``may_replace``
    (NameTaken). Raises UnreadablePhoto, CannotWrite, or Cancelled soon after ``cancel`` is
    set."""

    def go_on() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled

    refuse_original(out, [path])
    if may_replace:
        refuse_foreign(out)
    elif os.path.lexists(out):
        raise NameTaken(f"{out}: is there already")
    new = not os.path.lexists(out)
    go_on()
    look = _Look(settings, options, threads or CORES)
    with reusing():
        image, full = decode_for(
            path,
            lambda *size: _half_will_do(size, geometry, options),
            max_pixels=max_pixels,
            foretold=look.prepare,
        )
        size = options.size(*_framed_size(full, geometry))
        image = framed(image, geometry)
        go_on()
        rows = look.rows(image, go_on)
        del image
        go_on()
        _make(out.parent)
        with replacing(out, new=new) as temporary, temporary.open("w+b") as file:
            write_encoded(rows, file, path, options, marks, size=size, threads=threads, over=True)
            file.flush()
            go_on()
    return out


def _framed_size(size: tuple[int, int], geometry: Geometry) -> tuple[int, int]:
    """Of a photo of ``size`` (width, height) as ``geometry`` cuts it."""
    return size if geometry.is_identity else geometry.fitted(*size).output_size(*size)


def _half_will_do(size: tuple[int, int], geometry: Geometry, options: ExportOptions) -> bool:
    """Whether a copy loses less by a photo of half the sides than by its own compression."""
    framed_size = _framed_size(size, geometry)
    smallest = 2 * _SPARE * max(options.size(*framed_size))
    return FORMATS[options.format].lossy and smallest <= max(framed_size)


class _Look:
    """The settings as the copy is to have them. On several threads they are baked beside the
    decoder, which needs one."""

    def __init__(self, settings: DevelopSettings, options: ExportOptions, threads: int) -> None:
        self._settings, self._options, self._threads = settings, options, threads
        # ProPhoto at 8 bits would be up to deltaE00 1.04 off with fewer points.
        fine = options.depth == 16 or options.profile == "prophoto"
        self._grid = EXPORT_GRID if fine else PREVIEW_GRID
        self._prepared: Future[None] | None = None

    def prepare(self, source: str) -> None:
        """Begins with what is needed for a photo in that space."""
        if self._threads > 1:
            self._prepared = pool.submit(
                prepare,
                self._settings,
                source,
                space=self._options.profile,
                grid=self._grid,
                depth=self._options.depth,
            )

    def rows(self, image: CodedImage, go_on: Callable[[], None]) -> Rows:
        """The photo with the look: in place where that can be, and else not before its rows are
        asked for. ``go_on`` is called between them."""
        if self._prepared is not None:
            self._prepared.result()
        how: dict[str, Any] = {
            "space": self._options.profile,
            "grid": self._grid,
            "depth": self._options.depth,
            "threads": self._threads,
        }
        if image.pixels.itemsize * 8 < self._options.depth:
            bands = _watched(render_bands(image, self._settings, **how), go_on)
            return Rows(image.width, image.height, np.dtype(np.uint16), bands)
        out = _room_for(image.pixels, self._options)
        return rows_of(render(image, self._settings, out=out, **how))


def _watched(bands: Iterable[Coded], go_on: Callable[[], None]) -> Iterator[Coded]:
    for band in bands:
        go_on()
        yield band


def _room_for(pixels: Coded, options: ExportOptions) -> Coded | None:
    """The decoded pixels' own memory where it can take the result, so that a large photo is
    held once: all of it, or the first half where they have twice the depth."""
    if not (pixels.flags.writeable and pixels.flags.c_contiguous):
        return None
    if pixels.itemsize * 8 == options.depth:
        return pixels
    half = options.depth == 8
    return pixels.view(np.uint8).reshape(-1)[: pixels.size].reshape(pixels.shape) if half else None


@dataclass(frozen=True, slots=True)
class Naming:
    """Where copies go and what they are called."""

    folder: Path
    suffix: str
    template: NameTemplate = field(default_factory=NameTemplate)
    on_collision: OnCollision = OnCollision.UNIQUE
    style: str = ""


class Targets:
    """Hands out a file for each photo, in order; not for several threads at once.

    Two photos never get the same name, however a file system treats case and accents.
    Running the same batch again gives each photo its old name, so that "skip" and
    "overwrite" do what they say.
    """

    def __init__(self, naming: Naming, originals: Sequence[Path]) -> None:
        self._naming, self._originals = naming, list(originals)
        self._taken: set[str] = set()

    def give_back(self, target: Path) -> None:
        """Takes back a name that turned out to be somebody else's by now."""
        self._taken.discard(_key(target.name))

    def next(self, path: Path, number: int) -> Path | None:
        """The file for ``path``; None when it is to be skipped. Raises CannotWrite."""
        naming = self._naming
        facts = facts_of(path, look_inside=naming.template.needs_exif)
        stem = naming.template.stem(replace(facts, number=number, style=naming.style))
        count = 1
        while True:
            name = f"{stem}-{count}{naming.suffix}" if count > 1 else f"{stem}{naming.suffix}"
            candidate, key = naming.folder / name, _key(name)
            count += 1
            if key in self._taken:
                continue
            exists = candidate.exists() or candidate.is_symlink()
            if exists and naming.on_collision is OnCollision.UNIQUE:
                continue
            self._taken.add(key)
            if exists and naming.on_collision is OnCollision.SKIP:
                return None
            if exists:
                refuse_original(candidate, self._originals)
                refuse_foreign(candidate)
            return candidate


def _key(name: str) -> str:
    """What is the same for names that some file system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


def export_batch(
    items: Sequence[ExportItem],
    naming: Naming,
    write: Callable[[ExportItem, Path], object],
    *,
    jobs: int | None = None,
    background: bool = False,
    progress: Progress | None = None,
    on_written: Callable[[Path], None] | None = None,
) -> BatchResult:
    """Calls ``write(item, target)`` for each photo on ``jobs`` threads (default: one a core).

    Threads suffice: decoders, OpenColorIO and encoders release the interpreter lock. One
    photo's fault is listed and the rest goes on, unless the disk as a whole takes no more.
    ``background`` gives way to whatever else the user does. ``progress`` and ``on_written``
    are called in the caller's thread; after a cancel, photos in hand may be finished or left
    out. Raises CannotWrite when nothing can be written to the folder at all.
    """
    if not items:
        return BatchResult()
    progress = progress or Progress()
    _prove_writable(naming.folder)
    batch = _Batch(items, Targets(naming, [item.path for item in items]), write, on_written)
    workers = max(1, min(jobs or CORES, len(items)))
    begin = _give_way if background else None
    with ThreadPoolExecutor(workers, "export", begin) as executor:
        try:
            cancelled = batch.run(executor, workers, progress)
        except BaseException:
            progress.cancel.set()  # so that leaving the pool does not wait for long
            raise
    return batch.result(cancelled)


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{folder}: is a file, not a folder; choose another")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _prove_writable(folder: Path) -> None:
    """Makes the folder and writes a probe, before minutes go into photos that could not be
    written. Raises CannotWrite."""
    _make(folder)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".imgtune-"):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise cannot_write(folder, error) from error
    if free < _LEAST_FREE:
        raise CannotWrite(
            f"Cannot write {folder}: only {free // 1000} kB of its disk are free; free some space "
            "or choose another folder."
        )


def _no_more(error: BaseException) -> bool:
    """Whether the next photo would fail for the same reason: it is the disk's, not its own."""
    cause = error.__cause__
    return isinstance(error, CannotWrite) and isinstance(cause, OSError) and cause.errno in _DISK


def _give_way() -> None:
    """Lowers this thread's priority, where a thread has one of its own (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class _Batch:
    def __init__(
        self,
        items: Sequence[ExportItem],
        targets: Targets,
        write: Callable[[ExportItem, Path], object],
        on_written: Callable[[Path], None] | None,
    ) -> None:
        self._items, self._targets, self._write = items, targets, write
        self._on_written = on_written
        self._running: dict[Future[object], tuple[int, Path]] = {}
        self._written: dict[int, Path] = {}
        self._skipped: dict[int, Path] = {}
        self._errors: dict[int, str] = {}
        self._disk_failed = False

    def run(self, pool: ThreadPoolExecutor, workers: int, progress: Progress) -> bool:
        """Works the list off; True when it was cancelled."""
        todo = list(enumerate(self._items))
        todo.reverse()
        total = len(self._items)
        try:
            while (todo or self._running) and not self._disk_failed:
                # One photo more than workers is ready, and names are found meanwhile.
                while todo and len(self._running) <= workers:
                    self._start(pool, *todo.pop())
                progress.report(total - len(todo) - len(self._running), total, self._current())
                self._collect(pool, timeout=_POLL)
            self._finish_running(pool)
            if self._disk_failed and todo:
                self._errors[total] = f"{len(todo)} more photos were not tried for that reason"
            progress.report(total - len(todo), total, "")
        except Cancelled:
            self._finish_running(pool)
            return len(self._written) + len(self._skipped) + len(self._errors) < total
        return False

    def _finish_running(self, pool: ThreadPoolExecutor) -> None:
        while self._running:
            self._collect(pool, timeout=None)

    def _start(self, pool: ThreadPoolExecutor, index: int, item: ExportItem) -> None:
        try:
            target = self._targets.next(item.path, item.number or index + 1)
        except CannotWrite as error:
            self._errors[index] = str(error)
            return
        if target is None:
            self._skipped[index] = item.path
        else:
            self._running[pool.submit(self._write, item, target)] = (index, target)

    def _current(self) -> str:
        index = min((i for i, _ in self._running.values()), default=None)
        return "" if index is None else self._items[index].path.name

    def _collect(self, pool: ThreadPoolExecutor, timeout: float | None) -> None:
        if not self._running:
            return
        for future in wait(self._running, timeout, return_when=FIRST_COMPLETED).done:
            index, target = self._running.pop(future)
            error = future.exception()
            if error is None:
                self._written[index] = target
                if self._on_written is not None:
                    self._on_written(target)
            elif isinstance(error, NameTaken):
                self._targets.give_back(target)
                self._start(pool, index, self._items[index])
            elif isinstance(error, ImgtuneError):
                self._errors[index] = str(error)
                self._disk_failed = self._disk_failed or _no_more(error)
            elif isinstance(error, MemoryError):
                self._errors[index] = f"{self._items[index].path}: does not fit into memory"
            elif isinstance(error, Exception) and not isinstance(error, Cancelled):
                path = self._items[index].path
                log.error("export of %s", path, exc_info=error)
                self._errors[index] = f"{path.name}: unexpected error {error!r}"

    def result(self, cancelled: bool) -> BatchResult:
        def in_order(found: dict[int, Path]) -> tuple[Path, ...]:
            return tuple(found[i] for i in sorted(found))

        errors = tuple(self._errors[i] for i in sorted(self._errors))
        done = self._written.keys() | self._skipped.keys()
        left = tuple(i for i in range(len(self._items)) if i not in done)
        written, skipped = in_order(self._written), in_order(self._skipped)
        return BatchResult(written, skipped, errors, cancelled, left)
