"""Developed pictures of a proxy, for the screen."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.image import Proxy
from model_core.imaging.palette import Palette, render_palette
from model_core.imaging.render import render


def preview(
    proxy: Proxy,
    settings: DevelopSettings,
    *,
    quick: bool,
    out: npt.NDArray[np.uint8] | None,
    palette: Palette | None,
    space: str,
) -> npt.NDArray[np.uint8]:
    """The quickest way to the picture that :meth:`Studio.preview` promises."""
    if palette is not None and out is not None and (quick or palette.exact):
        return render_palette(palette, settings, out, space=space, quick=quick)
    return cast(npt.NDArray[np.uint8], render(proxy, settings, space=space, out=out, quick=quick))
