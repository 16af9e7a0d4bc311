"""What a command said, for the tests of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2


class Said:
    """The exit status and what was printed."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Say = Callable[..., Said]


def assert_named(err: str, broken: list[Path]) -> None:
    """Each broken file has one line of its own."""
    for path in broken:
        lines = [line for line in err.splitlines() if str(path) in line]
        assert len(lines) == 1, path
        assert lines[0].startswith("imgtune: ")
