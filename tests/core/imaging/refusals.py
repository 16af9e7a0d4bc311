"""What every fault of a file must end in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy

Reader = Callable[..., object]


def _proxy(path: Path, **options: Any) -> object:
    return decode_proxy(path, 64, **options)


#: Both ways to read a photo refuse the same files.
readers = pytest.mark.parametrize("read", [decode, _proxy], ids=["decode", "proxy"])


def assert_refused(read: Reader, path: Path, why: str = "", **options: Any) -> None:
    """One line that names the file, whatever is wrong with it."""
    with pytest.raises(UnreadablePhoto) as caught:
        read(path, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message) > len(f"{path}: ") + 5
    assert "\n" not in message
    assert why in message
