"""The catalog's simple tables: photos, features, trainings, meta."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from model_core.domain.errors import UnknownStyle
from model_core.domain.photo import Photo, PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.domain.version import GateReport
from model_core.storage.manifest import gate_from_dict, gate_to_dict
from model_core.storage.news_table import NewsTable
from model_core.storage.rows import (
    BadRow,
    features_from_row,
    features_row,
    now,
    text_in,
    text_out,
)

_CHUNK = 500  # SQLite allows 999 variables in old builds


@dataclass(frozen=True, slots=True)
class Training:
    """One run of the trainer, published or not.

    ``version`` is None when nothing was published; ``outcome`` says in plain words what
    came of it. ``lessons`` are the ids trained on. ``id`` is 0 before it is stored.
    """

    style: str
    version: str | None
    started_at: str
    seconds: float
    method: str
    outcome: str
    gate: GateReport | None = None
    lessons: tuple[int, ...] = ()
    id: int = 0


class Tables(NewsTable):
    """What :class:`model_core.storage.catalog.Catalog` does beyond styles and lessons."""

    warnings: list[str]

    # --- photos -----------------------------------------------------------------------
    def upsert_photo(self, photo: Photo) -> None:
        """Stores what is known of a photo; the newest path of the same content wins."""
        with self._database.writing() as connection:
            self._put_photo(connection, photo)

    @staticmethod
    def _put_photo(connection: sqlite3.Connection, photo: Photo) -> None:
        row = (
            photo.id,
            text_in(str(photo.path)),
            photo.width,
            photo.height,
            photo.captured_at,
            photo.camera,
            photo.iso,
            photo.as_shot_kelvin,
            photo.as_shot_tint,
            now(),
        )
        connection.execute(
            "INSERT OR REPLACE INTO photos (id, path, width, height, captured_at, camera, "
            "iso, as_shot_kelvin, as_shot_tint, last_seen) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def photo(self, photo: PhotoId) -> Photo | None:
        """The photo as last seen, or None when it never was."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT path, id, width, height, captured_at, camera, iso, as_shot_kelvin, "
                "as_shot_tint FROM photos WHERE id = ?",
                (photo,),
            ).fetchone()
        return None if row is None else Photo(Path(text_out(row[0])), *row[1:])

    # --- features ---------------------------------------------------------------------
    def put_features(self, features: PhotoFeatures) -> None:
        """Caches what a network version computed from a photo; replaces an older entry."""
        self.put_many((features,))

    def put_many(self, features: Iterable[PhotoFeatures]) -> None:
        """:meth:`put_features` for many, in one transaction."""
        rows = [features_row(one) for one in features]
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO features (photo, version, settings, spread, z) "
                "VALUES (?, ?, ?, ?, ?)",
                rows,
            )

    def get_features(self, photo: PhotoId, version: str) -> PhotoFeatures | None:
        """The cached features, or None: never computed, or damaged (compute them again)."""
        return self.features_for(version, (photo,)).get(photo)

    def features_for(self, version: str, photos: Sequence[PhotoId]) -> dict[PhotoId, PhotoFeatures]:
        """Cached features of ``photos`` by one network version; absent ones are left out."""
        found: dict[PhotoId, PhotoFeatures] = {}
        with self._database.reading() as connection:
            for start in range(0, len(photos), _CHUNK):
                chunk = photos[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                rows = connection.execute(
                    "SELECT photo, version, settings, spread, z FROM features "
                    f"WHERE version = ? AND photo IN ({marks})",
                    (version, *chunk),
                )
                for row in rows:
                    try:
                        features = features_from_row(row)
                    except BadRow as error:
                        self.warn(f"Damaged features of a photo are computed again: {error}.")
                    else:
                        found[features.photo] = features
        return found

    def drop_features(self, version: str) -> None:
        """Forgets the cached features of a network version that serves no more."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM features WHERE version = ?", (version,))

    # --- trainings --------------------------------------------------------------------
    def add_training(self, training: Training) -> Training:
        """Records a run of the trainer; returns it with its id. Raises UnknownStyle."""
        gate = None if training.gate is None else json.dumps(gate_to_dict(training.gate))
        row = (
            training.style,
            training.version,
            training.started_at,
            training.seconds,
            training.method,
            training.outcome,
            gate,
            json.dumps(training.lessons),
        )
        with self._database.writing() as connection:
            require_style(connection, training.style)
            cursor = connection.execute(
                "INSERT INTO trainings (style, version, started_at, seconds, method, outcome, "
                "gate, lessons) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            self._note_change(connection, styles=[training.style])
        return replace(training, id=cursor.lastrowid or 0)

    def trainings(self, style: str) -> list[Training]:
        """All recorded runs of a style, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT style, version, started_at, seconds, method, outcome, gate, lessons, id "
                "FROM trainings WHERE style = ? ORDER BY id",
                (style,),
            ).fetchall()
        found = []
        for row in rows:
            try:
                found.append(_training(row))
            except (BadRow, ValueError, TypeError) as error:
                self.warn(f"A damaged record of a training was skipped: {error}.")
        return found

    # --- meta -------------------------------------------------------------------------
    def get_meta(self, key: str, default: Any = None) -> Any:
        """The JSON value stored under ``key``, or ``default``."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            return default
        try:
            return json.loads(text_out(row[0]))
        except (ValueError, RecursionError):
            self.warn(f"The damaged catalog value {key!r} was ignored.")
            return default

    def set_meta(self, key: str, value: Any) -> None:
        """Stores a JSON value under ``key``."""
        text = json.dumps(value)
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, text))

    def warn(self, text: str) -> None:
        if text not in self.warnings:  # lists are read again and again
            self.warnings.append(text)


def _training(row: Sequence[Any]) -> Training:
    gate = None if row[6] is None else gate_from_dict(json.loads(text_out(row[6])))
    lessons = tuple(int(one) for one in json.loads(text_out(row[7])))
    style, version, started_at, seconds, method, outcome = row[:6]
    return Training(
        style, version, started_at, float(seconds), method, outcome, gate, lessons, row[8]
    )


def require_style(connection: sqlite3.Connection, name: str) -> None:
    """Raises :class:`UnknownStyle` unless the catalog has a style called ``name``."""
    if connection.execute("SELECT 1 FROM styles WHERE name = ?", (name,)).fetchone() is None:
        known = ", ".join(row[0] for row in connection.execute("SELECT name FROM styles"))
        raise UnknownStyle(f"There is no style {name!r}; known: {known}.")
