"""What every fault of a file must end in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy

Reader = Callable[[Path], object]

#: Both ways to read a photo refuse the same files.
readers = pytest.mark.parametrize(
    "read", [decode, lambda path: decode_proxy(path, 64)], ids=["decode", "proxy"]
)


def assert_refused(read: Reader, path: Path, why: str = "") -> None:
    """One line that names the file, whatever is wrong with it."""
    with pytest.raises(UnreadablePhoto) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message) > len(f"{path}: ") + 5
    assert "\n" not in message
    assert why in message
