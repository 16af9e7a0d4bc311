"""The colour difference by which the base is judged, with gradients everywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from model_core.imaging.colour import cielab
from model_core.imaging.pipeline import develop
from model_core.learn.labels import settings_of

_FAR = 25.0**7
#: Under the root: a difference of nothing has a slope of nothing, and not of any size.
_SMOOTH = 0.05


def rendered_difference(bad: Tensor, labels: Tensor, good: Tensor) -> Tensor:
    """Mean deltaE00 of each rendered lesson (N, pixels, 3) to its good photo, (N,).
    ``labels``: (N, P) in J."""
    return delta_e2000(cielab(develop(bad, settings_of(labels))), cielab(good)).mean(-1)


def delta_e2000(lab1: Tensor, lab2: Tensor) -> Tensor:
    """CIEDE2000 of two CIELAB tensors (..., 3) -> (...), smooth at 0, where it is sqrt(0.05).

    Sharma, Wu, Dalal (2005), "The CIEDE2000 color-difference formula". The difference of hue
    comes from the vectors and not from their angles, which jump; how strongly it counts at this
    hue is taken as given.
    """
    (l1, a1, b1), (l2, a2, b2) = lab1.unbind(-1), lab2.unbind(-1)
    wide = 1 + _saturating((_length(a1, b1) + _length(a2, b2)) / 2)
    a1, a2 = a1 * wide, a2 * wide
    c1, c2 = _length(a1, b1), _length(a2, b2)
    chroma = (c1 + c2) / 2
    with torch.no_grad():
        h1, h2 = (torch.rad2deg(torch.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
        hue = _mean_hue(h1, h2)
        weight = torch.zeros_like(hue)
        for size, times, shift in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63)):
            weight = weight + size * torch.cos(torch.deg2rad(times * hue + shift))
        # Which way round from the first hue to the second.
        way = torch.sign((h2 - h1 + 180) % 360 - 180)
        blue = torch.sin(torch.deg2rad(60 * torch.exp(-(((hue - 275) / 25) ** 2))))
    away = ((l1 + l2) / 2 - 50) ** 2
    dl = (l2 - l1) / (1 + 0.015 * away / torch.sqrt(20 + away))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh2 = 2 * (c1 * c2 - a1 * a2 - b1 * b2).clamp_min(0) / (1 + 0.015 * chroma * (1 + weight)) ** 2
    # Half of what is left of 1 is the square root that the rotation has.
    rotation = -2 * (1 - 2 * _saturating(chroma)) * blue
    dh = way * torch.sqrt(dh2 + 1e-6)
    total = dl**2 + dc**2 + dh2 + rotation * dc * dh
    return torch.sqrt(total.clamp_min(0) + _SMOOTH)


def _length(a: Tensor, b: Tensor) -> Tensor:
    return torch.sqrt(a**2 + b**2 + 1e-10)


def _saturating(chroma: Tensor) -> Tensor:
    """Half for greys, nothing for strong colours."""
    power = chroma**7
    return 0.5 * (1 - torch.sqrt(power / (power + _FAR) + 1e-9))


def _mean_hue(h1: Tensor, h2: Tensor) -> Tensor:
    total = h1 + h2
    apart = (h1 - h2).abs() > 180
    turned = torch.where(total < 360, total + 360, total - 360)
    return torch.where(apart, turned, total) / 2
