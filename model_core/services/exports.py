"""Developed copies of photos: one, or many at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import UnreadablePhoto
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import Geometry
from model_core.domain.marks import UNMARKED
from model_core.domain.naming import NameTemplate
from model_core.exporting import Naming, Targets, export_batch, export_photo
from model_core.imaging.decode import photo_id
from model_core.progress import Progress
from model_core.services.photos import Photos
from model_core.storage.catalog import Catalog

#: (style, photo's file) -> what that photo should look like.
SettingsFor = Callable[[str, Path], DevelopSettings]


class Exports:
    """Writes files that hold a photo as it was developed, marked and framed."""

    def __init__(self, catalog: Catalog, photos: Photos, settings_for: SettingsFor) -> None:
        self._catalog, self._photos, self._settings_for = catalog, photos, settings_for

    def one(
        self,
        path: Path,
        settings: DevelopSettings,
        out: Path,
        options: ExportOptions,
        *,
        geometry: Geometry,
        threads: int | None,
        may_replace: bool,
        cancel: threading.Event | None,
    ) -> Path:
        identity = photo_id(path)
        return export_photo(
            path,
            settings,
            out,
            options,
            marks=self._catalog.load_marks((identity,)).get(identity, UNMARKED),
            geometry=geometry,
            max_pixels=self._photos.max_pixels,
            threads=threads,
            may_replace=may_replace,
            cancel=cancel,
        )

    def batch(
        self,
        items: Sequence[ExportItem],
        folder: Path,
        options: ExportOptions,
        *,
        style: str,
        name: NameTemplate,
        on_collision: OnCollision,
        jobs: int | None,
        background: bool,
        progress: Progress,
        on_written: Callable[[Path], None] | None,
    ) -> BatchResult:
        def write(item: ExportItem, target: Path) -> None:
            settings = item.settings or self._settings_for(style, item.path)
            geometry = item.geometry
            if geometry is None:
                geometry = self._catalog.load_geometry(photo_id(item.path))
            self.one(
                item.path,
                settings,
                target,
                options,
                geometry=geometry,
                threads=1,
                may_replace=on_collision is OnCollision.OVERWRITE,
                cancel=progress.cancel,
            )

        self._look_ahead(
            [item.path for item in items if item.settings is None], style, jobs, progress
        )
        return export_batch(
            items,
            Naming(folder, options.suffix, name, on_collision, style),
            write,
            jobs=jobs,
            background=background,
            progress=progress,
            on_written=on_written,
        )

    def _look_ahead(
        self, paths: Sequence[Path], style: str, jobs: int | None, progress: Progress
    ) -> None:
        """Sees all photos before the first is written: those of one scene are developed alike.
        What cannot be read is told when its turn comes."""

        def look(path: Path) -> None:
            if not progress.cancel.is_set():
                with suppress(UnreadablePhoto):
                    self._photos.seen(path, style)

        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
            for _ in pool.map(look, paths):
                pass

    def free_name(self, path: Path, folder: Path, options: ExportOptions) -> Path:
        found = Targets(Naming(folder, options.suffix), [path]).next(path, 1)
        assert found is not None  # only "skip" finds none
        return found
