"""What the files of the set-up share: where the checkout is, and how to talk to the person."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """The set-up cannot go on; the message says what the person can do about it."""


def say(text: str) -> None:
    print(f"[imgtune] {text}", flush=True)


@contextlib.contextmanager
def stage(what: str) -> Iterator[None]:
    """One line for one stage: its name at once, its seconds when it is over."""
    print(f"[imgtune] {what} ... ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    finally:
        print(f"{time.monotonic() - start:.1f} s", flush=True)


def last_lines(text: str, count: int = 15) -> str:
    return "\n".join(f"  | {line}" for line in text.strip().splitlines()[-count:])
