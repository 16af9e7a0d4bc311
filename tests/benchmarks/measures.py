"""How far two pictures are apart, 8-bit sRGB (H, W, 3) both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model_core.imaging.colour import cielab, delta_e2000, to_working

Pixels = npt.NDArray[np.uint8]
_WINDOW = 8


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal to noise ratio in dB; 60 for equal pictures."""
    error = float(np.square(one.astype(np.float64) - other).mean())
    return 60.0 if error < 0.07 else 10 * float(np.log10(255**2 / error))


def ssim(one: Pixels, other: Pixels) -> float:
    """Structural similarity of luma (Wang et al. 2004), over windows of 8 x 8."""
    a, b = (x.astype(np.float64) @ (0.299, 0.587, 0.114) for x in (one, other))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = _means(a), _means(b)
    va, vb = _means(a * a) - ma * ma, _means(b * b) - mb * mb
    both = _means(a * b) - ma * mb
    top = (2 * ma * mb + c1) * (2 * both + c2)
    return float((top / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


def _means(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of every window, by summed areas."""
    w = min(_WINDOW, *x.shape)
    total = np.pad(x.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    sums = total[w:, w:] - total[:-w, w:] - total[w:, :-w] + total[:-w, :-w]
    result: npt.NDArray[np.float64] = sums / w**2
    return result


def delta_e(one: Pixels, other: Pixels) -> float:
    """Mean deltaE00 over every third pixel of every third row."""
    labs = [cielab(to_working(x[::3, ::3].reshape(-1, 3) / 255.0, "srgb")) for x in (one, other)]
    return float(delta_e2000(labs[0], labs[1]).mean())
