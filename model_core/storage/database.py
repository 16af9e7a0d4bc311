"""SQLite as the catalog uses it: one connection a thread, explicit transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model_core.domain.errors import BrokenCatalog, Busy, CannotWrite, ImgtuneError

_PRUNE_ABOVE = 16
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNWRITABLE = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_READONLY: "it is read-only; make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "there is no permission; make the file and its folder writable",
    sqlite3.SQLITE_IOERR: "the disk reports an error or is full; check it and free some space",
}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of ``error`` (0 when it has none)."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether ``error`` says that the file is damaged or no database."""
    return primary_code(error) in _DAMAGED


def known_error(error: sqlite3.Error, path: Path) -> ImgtuneError | None:
    """What to show for the world's faults; None when ``error`` is a bug of ours."""
    code = primary_code(error)
    if code in _BUSY:
        return Busy(
            f"The catalog {path} is locked by another program; close other imgtune windows "
            "(or the program that reads it) and try again."
        )
    if code in _UNWRITABLE:
        return CannotWrite(f"Cannot write the catalog {path}: {_UNWRITABLE[code]}.")
    if code in _DAMAGED:
        return BrokenCatalog(
            f"The catalog {path} is damaged; start imgtune again and it repairs itself."
        )
    return None


def connect(path: Path, busy_timeout: float) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand.

    Text that is not UTF-8 (file names on Linux, damage) comes back with surrogates rather
    than as an error for the whole query.
    """
    connection = sqlite3.connect(
        path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


class _Session:
    """One thread's connection. The lock keeps close() away from a running transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.RLock()


class Database:
    """Connections to one SQLite file, one for each thread, with errors made known.

    Kept by thread identity, not in a threading.local: Qt makes and drops Python's thread
    state around every slot of a QThread, which would open a connection for each call.
    """

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self.path = path
        self._busy_timeout = busy_timeout
        self._lock = threading.Lock()
        self._sessions: dict[int, _Session] = {}
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection. Raises Busy, CannotWrite, BrokenCatalog."""
        with self._translated():
            session = self._acquire()
            try:
                yield session.connection
            finally:
                session.lock.release()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: durable when the block is left, undone when it raises.

        BEGIN IMMEDIATE, because a reader that turns writer fails at once when another
        writer was there first, without waiting. Raises like :meth:`reading`.
        """
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Closes all threads' connections, each after its running transaction."""
        with self._lock:
            self._closed = True
            for session in self._sessions.values():
                with session.lock:
                    session.connection.close()
            self._sessions.clear()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            known = known_error(error, self.path)
            if known is None:
                raise
            raise known from error

    def _acquire(self) -> _Session:
        me = threading.get_ident()
        with self._lock:
            if self._closed:
                raise RuntimeError(f"the catalog {self.path} is closed")
            session = self._sessions.get(me)
            if session is None:
                self._prune()
                session = self._sessions[me] = _Session(self._open())
            session.lock.acquire()
            return session

    def _open(self) -> sqlite3.Connection:
        connection = connect(self.path, self._busy_timeout)
        # FULL: with WAL, NORMAL survives kill -9 but may lose the last commits in a power
        # cut. A lesson is a human's work and comes every few seconds at most: pay the flush.
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "fullfsync = ON",  # macOS: fsync alone does not reach the disk
            "foreign_keys = ON",
        ):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except sqlite3.Error:
                connection.close()
                raise
        return connection

    def _prune(self) -> None:
        """Closes idle connections of threads that are gone; the caller holds the lock."""
        if len(self._sessions) <= _PRUNE_ABOVE:
            return
        alive = {thread.ident for thread in threading.enumerate()}
        for ident, session in list(self._sessions.items()):
            if ident not in alive and session.lock.acquire(blocking=False):
                session.connection.close()
                session.lock.release()
                del self._sessions[ident]
