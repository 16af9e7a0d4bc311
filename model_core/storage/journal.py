"""The second copy of every lesson: lines appended to a text file beside the catalog.

Read only when the catalog was lost. One JSON object a line, in the order it happened::

    {"event": "lesson", "lesson": {...}}    {"event": "forget", "id": 7}
    {"event": "rename", "style": "a", "to": "b"}    {"event": "delete", "style": "a"}
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model_core.domain.correction import Correction
from model_core.storage.atomic import cannot_write, sync_folder, write_atomic
from model_core.storage.rows import BadRow, lesson_from_dict, lesson_to_dict

_TAIL = 1 << 16  # bytes: some fifty lessons, of several processes in whatever order
_LESSON = b'{"event": "lesson"'


@dataclass(slots=True)
class Replay:
    """What a journal says: the lessons that hold, the ids that no longer do."""

    lessons: dict[int, Correction] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    unreadable: int = 0

    @property
    def highest_id(self) -> int:
        """The highest id that was ever given."""
        return max((*self.lessons, *self.gone), default=0)

    def apply(self, event: Any) -> None:
        """One event. Raises BadRow, KeyError or TypeError when it makes no sense."""
        kind = event["event"]
        if kind == "lesson":
            self._learn(lesson_from_dict(event["lesson"]))
        elif kind == "forget":
            self._drop(int(event["id"]))
        elif kind == "rename":
            for key, lesson in self.lessons.items():
                if lesson.style == event["style"]:
                    self.lessons[key] = replace(lesson, style=str(event["to"]))
        elif kind == "delete":
            for key in [k for k, v in self.lessons.items() if v.style == event["style"]]:
                self._drop(key)
        else:
            raise BadRow(f"unknown event {kind!r}")

    def _learn(self, lesson: Correction) -> None:
        self.lessons[lesson.id] = lesson
        self.gone.discard(lesson.id)

    def _drop(self, key: int) -> None:
        self.lessons.pop(key, None)
        self.gone.add(key)

    def newest_only(self) -> None:
        """Keeps one lesson for each style and photo: the one with the highest id."""
        newest: dict[tuple[str, str], int] = {}
        for key in sorted(self.lessons):
            lesson = self.lessons[key]
            older = newest.get((lesson.style, lesson.photo))
            newest[lesson.style, lesson.photo] = key
            if older is not None:
                self._drop(older)


class Journal:
    """Appends events to ``path``, each on the disk on return; reads them back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._unwritten: list[dict[str, Any]] = []

    def lesson(self, lesson: Correction) -> None:
        """A lesson was stored (replacing the older one of its photo). Raises CannotWrite."""
        self._append({"event": "lesson", "lesson": lesson_to_dict(lesson)})

    def lessons(self, lessons: Iterable[Correction]) -> None:
        """Lessons came to another style, as copies or, with their ids, themselves. Raises
        CannotWrite."""
        self._append(*({"event": "lesson", "lesson": lesson_to_dict(one)} for one in lessons))

    def forget(self, lesson_id: int) -> None:
        """A lesson was forgotten. Raises CannotWrite."""
        self._append({"event": "forget", "id": lesson_id})

    def rename(self, style: str, to: str) -> None:
        """A style was renamed. Raises CannotWrite."""
        self._append({"event": "rename", "style": style, "to": to})

    def delete(self, style: str) -> None:
        """A style was deleted with its lessons. Raises CannotWrite."""
        self._append({"event": "delete", "style": style})

    def rewrite(self, lessons: Iterable[Correction]) -> None:
        """Starts the journal anew with ``lessons``. Raises CannotWrite."""
        events = ({"event": "lesson", "lesson": lesson_to_dict(one)} for one in lessons)
        write_atomic(self.path, b"".join(map(_line, events)))

    def newest_id(self) -> int:
        """The highest id among the last lessons; 0 when there are none. Reads the end only."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                lines = file.read().split(b"\n")
        except OSError:
            return 0
        newest = 0
        for line in lines:
            if line.startswith(_LESSON):
                with suppress(ValueError, KeyError, TypeError, RecursionError):
                    newest = max(newest, int(json.loads(line)["lesson"]["id"]))
        return newest

    def replay(self) -> Replay:
        """All events, in order. Lines that make no sense (torn, damaged) are counted."""
        found = Replay()
        try:
            raw = self.path.read_bytes()
        except OSError:
            return found
        for line in raw.split(b"\n"):
            if not line.strip():
                continue
            try:
                found.apply(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError):
                found.unreadable += 1
        found.newest_only()
        return found

    def _append(self, *events: dict[str, Any]) -> None:
        """Appends ``events``, and first the ones that could not be written before."""
        with self._lock:
            self._unwritten += events
            try:
                self._write(b"".join(map(_line, self._unwritten)))
            except OSError as error:
                raise cannot_write(self.path, error) from error
            self._unwritten.clear()

    def _write(self, data: bytes) -> None:
        new = not self.path.exists()
        with self.path.open("a+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":  # torn by a crash: do not glue our line to it
                    data = b"\n" + data
            written = file.write(data)
            if written != len(data):
                raise OSError(28, "only a part could be written")
            os.fsync(file.fileno())
        if new:
            sync_folder(self.path.parent)


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, allow_nan=False).encode("ascii") + b"\n"
