"""What the window needs of ``model_core.services``, as one value that tests can replace.

Nothing of it is imported before the first paint: services pull in onnxruntime and
OpenColorIO, which would cost more than all of Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from model_core.services import Screen, Studio

Histogram = npt.NDArray[np.int64]  # (4, 256): red, green, blue, luminance
Pixels = npt.NDArray[np.uint8]  # (height, width, 3), sRGB


@dataclass(frozen=True, slots=True)
class Backend:
    """The services of one program run."""

    open_studio: Callable[[Path | None], Studio]
    sample_photos: Callable[[], list[Path]]
    histogram: Callable[[Any], Histogram]
    screen_of: Callable[[bytes], Screen]
    default_style: str
    preview_side: int
    analysis_side: int
    patch_share: float  # side of the white-balance picker's patch, of the long side


def load_backend() -> Backend:
    """Imports the services (slow: a few hundred ms); called on a worker thread."""
    from model_core import services

    return Backend(
        open_studio=services.Studio,
        sample_photos=services.sample_photos,
        histogram=services.histogram,
        screen_of=services.screen_of,
        default_style=services.DEFAULT_STYLE,
        preview_side=services.PREVIEW_SIDE,
        analysis_side=services.ANALYSIS_SIDE,
        patch_share=services.PATCH_SHARE,
    )
