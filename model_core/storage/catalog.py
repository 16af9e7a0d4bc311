"""The catalog: the truth for edits and lessons, in one SQLite file that survives.

An edit or a lesson is on the disk when its call returns. Every lesson is also appended to
``lessons.jsonl`` beside the catalog, from which a lost or damaged catalog is rebuilt.
All methods may be called from any thread and by several processes. They raise

- :class:`Busy` when another program keeps the catalog locked beyond the busy timeout,
- :class:`CannotWrite` when the disk is full, read-only or failing (nothing was changed),
- :class:`BrokenCatalog` when the file turns out damaged (the next start repairs it).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from model_core.domain.correction import Correction
from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite, ImgtuneError
from model_core.domain.photo import PhotoId
from model_core.storage.database import Database
from model_core.storage.journal import Journal
from model_core.storage.rescue import open_catalog
from model_core.storage.rows import (
    LESSON_COLUMNS,
    BadRow,
    lesson_from_row,
    lesson_row,
    now,
    settings_from_json,
    settings_to_json,
)
from model_core.storage.scene_table import SceneTable
from model_core.storage.style_names import StyleRefused, check_name, refuse_taken
from model_core.storage.style_rows import (
    copy_style,
    drop_rename,
    lesson_rows,
    move_lessons,
    note_rename,
    noted_renames,
)
from model_core.storage.tables import Training, require_style

__all__ = [
    "DEFAULT_STYLE",
    "Catalog",
    "Edit",
    "EditState",
    "StyleRefused",
    "Training",
    "UnknownLesson",
]

#: The style that exists from the first start, and again when the last one is deleted.
DEFAULT_STYLE = "My style"
JOURNAL_NAME = "lessons.jsonl"

_CHUNK = 500


class UnknownLesson(ImgtuneError):
    """A lesson that is not there: forgotten or replaced by a newer one."""


class EditState(StrEnum):
    """How far the user got with a photo."""

    DRAFT = "draft"  # sliders moved, nothing taught yet
    ACCEPTED = "accepted"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Edit:
    """What the user last had on one photo in one style."""

    settings: DevelopSettings
    state: EditState


class Catalog(SceneTable):
    """The catalog in ``path``, made when it does not exist (its folder too).

    A damaged or foreign file is moved aside and what is readable is kept; ``warnings`` says
    so in plain lines. Raises :class:`BrokenCatalog` for one written by a newer imgtune.
    """

    def __init__(self, path: Path, *, busy_timeout: float = 5.0) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._journal = Journal(path.with_name(JOURNAL_NAME))
        self._second_copy: dict[int, Correction] | None = None  # read when a row is damaged
        self._database = Database(path, busy_timeout)
        self._writer = uuid4().hex
        try:
            open_catalog(self._database, self._journal, DEFAULT_STYLE, busy_timeout, self.warn)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Closes the connections of all threads. Calling anything later is a bug."""
        self._database.close()

    # --- styles -----------------------------------------------------------------------
    def styles(self) -> list[str]:
        """Names of all styles, oldest first; never empty."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT name FROM styles ORDER BY created_at, rowid")
            return [row[0] for row in rows]

    def create_style(self, name: str) -> None:
        """Adds an empty style. Raises :class:`StyleRefused` (empty, too long, taken)."""
        check_name(name)
        with self._database.writing() as connection:
            refuse_taken(connection, name)
            connection.execute("INSERT INTO styles VALUES (?, ?)", (name, now()))
            self._note_change(connection, styles=[name])
            drop_rename(connection, name)  # what has the old name from now on is another style

    def rename_style(self, name: str, to: str) -> None:
        """Renames a style with all it holds here; :mod:`.recovery` does the whole. Raises
        UnknownStyle, StyleRefused."""
        check_name(to)
        with self._database.writing() as connection:
            require_style(connection, name)
            if to == name:
                return
            refuse_taken(connection, to, but=name)
            connection.execute("UPDATE styles SET name = ? WHERE name = ?", (to, name))
            note_rename(connection, name, to)
            self._note_change(connection, styles=[name, to])
        with self._journaled():
            self._journal.rename(name, to)

    def unfinished_renames(self) -> list[tuple[str, str]]:
        """Renames, (from, to), that the versions have yet to follow."""
        with self._database.reading() as connection:
            return noted_renames(connection)

    def finish_rename(self, name: str, to: str, *, after_crash: bool = False) -> None:
        """The versions have followed. A crash may have kept it from the second copy."""
        if after_crash:
            with self._journaled():
                self._journal.rename(name, to)
        with self._database.writing() as connection:
            drop_rename(connection, name)

    def duplicate_style(self, name: str, to: str) -> None:
        """Adds a style with copies of all that ``name`` holds; from then on they are two.
        Raises UnknownStyle, StyleRefused."""
        check_name(to)
        with self._database.writing() as connection:
            require_style(connection, name)
            refuse_taken(connection, to)
            copy_style(connection, name, to)
            self._note_change(connection, styles=[to])
        with self._journaled():
            self._journal.lessons(self.lessons(to))

    def move_lessons(self, ids: Sequence[int], to: str, *, new: bool = False) -> list[int]:
        """Moves lessons, with their photos' edits, to another style, which is made first when
        it is ``new``; the ids that moved. A lesson stays where ``to`` has one of its photo.
        Raises UnknownStyle, StyleRefused."""
        if new:
            check_name(to)
        with self._database.writing() as connection:
            if new:
                refuse_taken(connection, to)
                connection.execute("INSERT INTO styles VALUES (?, ?)", (to, now()))
            require_style(connection, to)
            moved = move_lessons(connection, ids, to)
            rows = lesson_rows(connection, moved)
            lessons = [one for row in rows if (one := self._lesson(row)) is not None]
            names = [name for (name,) in connection.execute("SELECT name FROM styles")]
            photos = [lesson.photo for lesson in lessons]
            self._note_change(connection, photos=photos, styles=names)
        with self._journaled():
            self._journal.lessons(lessons)
        return moved

    def delete_style(self, name: str, *, with_lessons: bool = False) -> None:
        """Deletes a style, its edits, lessons and record of trainings.

        Raises UnknownStyle, and :class:`StyleRefused` when it holds lessons or edits and
        ``with_lessons`` is False. When it was the last style an empty default follows.
        """
        with self._database.writing() as connection:
            require_style(connection, name)
            held = [
                connection.execute(f"SELECT count(*) FROM {t} WHERE style = ?", (name,)).fetchone()
                for t in ("lessons", "edits")
            ]
            lessons, edits = (int(count) for (count,) in held)
            if (lessons or edits) and not with_lessons:
                raise StyleRefused(
                    f"The style {name!r} holds {lessons} lessons and {edits} edits; "
                    "confirm that they are to be deleted with it."
                )
            connection.execute("DELETE FROM styles WHERE name = ?", (name,))
            connection.execute(
                "INSERT INTO styles SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM styles)",
                (DEFAULT_STYLE, now()),
            )
            self._note_change(connection, styles=[name])
        with self._journaled():
            self._journal.delete(name)

    # --- edits ------------------------------------------------------------------------
    def save_edit(
        self,
        style: str,
        photo: PhotoId,
        settings: DevelopSettings,
        state: EditState = EditState.DRAFT,
    ) -> None:
        """Stores what the user has on a photo, durable on return. Raises UnknownStyle."""
        with self._database.writing() as connection:
            require_style(connection, style)
            _put_edit(connection, style, photo, settings, state)
            self._note_change(connection, photos=[photo])

    def load_edit(self, style: str, photo: PhotoId) -> Edit | None:
        """What the user last had on a photo, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT settings, state FROM edits WHERE style = ? AND photo = ?", (style, photo)
            ).fetchone()
        return None if row is None else self._edit(row[0], row[1])

    def clear_edit(self, style: str, photo: PhotoId) -> None:
        """Forgets the edit of a photo (not its lesson); nothing happens when there is none."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM edits WHERE style = ? AND photo = ?", (style, photo))
            self._note_change(connection, photos=[photo])

    def edits(self, style: str) -> dict[PhotoId, Edit]:
        """All edits of a style."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT photo, settings, state FROM edits WHERE style = ? ORDER BY rowid", (style,)
            ).fetchall()
        found = {PhotoId(photo): self._edit(settings, state) for photo, settings, state in rows}
        return {photo: edit for photo, edit in found.items() if edit is not None}

    def _edit(self, settings: object, state: object) -> Edit | None:
        try:
            return Edit(settings_from_json(settings), EditState(str(state)))
        except ValueError as error:  # BadRow is one
            self.warn(f"A damaged edit was skipped: {error}.")
            return None

    # --- lessons ----------------------------------------------------------------------
    def add_lesson(self, lesson: Correction, thumbnail: bytes | None = None) -> Correction:
        """Stores a lesson, durable on return, and marks the photo's edit with its verdict.

        It replaces the older lesson of the same style and photo and has a new id; an older
        thumbnail is kept when ``thumbnail`` (JPEG bytes) is None. Raises UnknownStyle.
        """
        lesson = replace(lesson, id=0, created_at=lesson.created_at or now())
        with self._database.writing() as connection:
            require_style(connection, lesson.style)
            if thumbnail is None:
                thumbnail = _thumbnail(connection, lesson.style, lesson.photo)
            cursor = connection.execute(
                f"INSERT OR REPLACE INTO lessons ({LESSON_COLUMNS}, thumbnail) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*lesson_row(lesson), thumbnail),
            )
            state = EditState(lesson.verdict.value)
            _put_edit(connection, lesson.style, lesson.photo, lesson.chosen, state)
            self._note_change(connection, photos=[lesson.photo], styles=[lesson.style])
        lesson = replace(lesson, id=cursor.lastrowid or 0)
        with self._journaled():
            self._journal.lesson(lesson)
        return lesson

    def forget_lesson(self, lesson_id: int) -> Correction:
        """Deletes a lesson and returns it; the photo's edit becomes a draft again.

        Raises :class:`UnknownLesson`.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                f"SELECT {LESSON_COLUMNS} FROM lessons WHERE id = ?", (lesson_id,)
            ).fetchone()
            lesson = None if row is None else self._lesson(row)
            if lesson is None:
                raise UnknownLesson(
                    f"There is no lesson {lesson_id}; it was forgotten or replaced before."
                )
            connection.execute("DELETE FROM lessons WHERE id = ?", (lesson_id,))
            connection.execute(
                "UPDATE edits SET state = ?, updated_at = ? WHERE style = ? AND photo = ?",
                (EditState.DRAFT.value, now(), lesson.style, lesson.photo),
            )
            self._note_change(connection, photos=[lesson.photo], styles=[lesson.style])
        with self._journaled():
            self._journal.forget(lesson_id)
        return lesson

    def lessons(self, style: str) -> list[Correction]:
        """All lessons of a style, by ``created_at``, then id. Damaged rows are skipped."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {LESSON_COLUMNS} FROM lessons WHERE style = ? ORDER BY created_at, id",
                (style,),
            ).fetchall()
        return [lesson for row in rows if (lesson := self._lesson(row)) is not None]

    def lesson_of(self, style: str, photo: PhotoId) -> Correction | None:
        """The lesson that a style has of a photo, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {LESSON_COLUMNS} FROM lessons WHERE style = ? AND photo = ?",
                (style, photo),
            ).fetchone()
        return None if row is None else self._lesson(row)

    def lesson_thumbnails(self, ids: Sequence[int]) -> dict[int, bytes]:
        """JPEG bytes of the lessons that have a thumbnail."""
        found: dict[int, bytes] = {}
        with self._database.reading() as connection:
            for start in range(0, len(ids), _CHUNK):
                chunk = ids[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                found.update(
                    connection.execute(
                        f"SELECT id, thumbnail FROM lessons WHERE id IN ({marks}) "
                        "AND typeof(thumbnail) = 'blob'",
                        tuple(chunk),
                    )
                )
        return found

    def count_lessons(self, style: str) -> int:
        """How many lessons a style holds."""
        with self._database.reading() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM lessons WHERE style = ?", (style,)
            ).fetchone()
        return int(count)

    def _lesson(self, row: Sequence[object]) -> Correction | None:
        try:
            return lesson_from_row(row)
        except BadRow as error:
            return self._from_second_copy(row, str(error))

    def _from_second_copy(self, row: Sequence[object], reason: str) -> Correction | None:
        if self._second_copy is None:
            self._second_copy = self._journal.replay().lessons
        found = self._second_copy.get(row[0]) if isinstance(row[0], int) else None
        if found is None:
            self.warn(f"The damaged lesson {row[0]} was skipped: {reason}.")
        else:
            self.warn(f"The damaged lesson {row[0]} was read from its second copy.")
        return found

    def _journaled(self) -> _Journaled:
        return _Journaled(self)


class _Journaled:
    """After the commit: the work is safe, so a journal that fails is only worth a warning.

    The journal keeps what it could not write and adds it with the next event.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, CannotWrite):
            self._catalog.warn(f"The lessons are stored, but not their second copy. {error}")
            return True
        return False


def _put_edit(
    connection: sqlite3.Connection,
    style: str,
    photo: PhotoId,
    settings: DevelopSettings,
    state: EditState,
) -> None:
    connection.execute(
        "INSERT INTO edits VALUES (?, ?, ?, ?, ?) ON CONFLICT (style, photo) DO UPDATE SET "
        "settings = excluded.settings, state = excluded.state, updated_at = excluded.updated_at",
        (style, photo, settings_to_json(settings), EditState(state).value, now()),
    )


def _thumbnail(connection: sqlite3.Connection, style: str, photo: PhotoId) -> bytes | None:
    row = connection.execute(
        "SELECT thumbnail FROM lessons WHERE style = ? AND photo = ?", (style, photo)
    ).fetchone()
    return row[0] if row is not None and isinstance(row[0], bytes) else None
