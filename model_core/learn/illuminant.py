"""Which light was this taken in: a small convolution over a histogram of log chroma.

Another light, or another temperature and tint, multiplies the channels, which only shifts
the histogram of log ratios. A convolution that looks for the place of "neutral" in it is
therefore right for all casts once it is right for one (Barron and Tsai 2017, "Fast Fourier
color constancy"). The axes are those of the sliders, in J, so that a place in the
histogram is a setting.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.imaging.colour import LUMA, to_working
from model_core.imaging.steps.white_balance import TEMPERATURE_SLOPE, TINT_SLOPE

BINS = 32
REACH = 32.0  # J on either side of neutral
#: Pixels alike, by lightness, and thrice by what is near the brightest: the light is told best
#: by what it is reflected from whole. (Correlation of the answer with the label of temperature,
#: on the development fold: 0.41 with the first two, 0.61 with all.)
HISTOGRAMS = 5
WB = (PARAM_NAMES.index("temperature"), PARAM_NAMES.index("tint"))


def _to_sliders() -> np.ndarray:
    """(2, 3): log working RGB to (temperature, tint) in J that made it from grey."""
    jnd = [PARAMS[i].jnd for i in WB]
    basis = np.stack([np.ones(3), TEMPERATURE_SLOPE * jnd[0], TINT_SLOPE * jnd[1]], 1)
    return np.linalg.inv(basis)[1:]


class Illuminant(nn.Module):
    """(N, 3, h, w) sRGB 0..1 -> (N, 2) temperature and tint in J that would neutralise it."""

    axis: Tensor
    place: Tensor
    to_sliders: Tensor

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        axis = torch.linspace(-REACH, REACH, BINS)
        self.register_buffer("axis", axis, persistent=False)
        place = torch.stack(torch.meshgrid(axis, axis, indexing="ij"))
        self.register_buffer("place", place, persistent=False)
        matrix = torch.from_numpy(_to_sliders()).float()
        self.register_buffer("to_sliders", matrix, persistent=False)
        # Far enough to see the whole cloud of colours around each place.
        self.search = nn.Sequential(
            nn.Conv2d(HISTOGRAMS + 2, channels, 5, padding=2), nn.ReLU(), nn.Dropout2d(0.2),
            nn.Conv2d(channels, channels, 5, padding=4, dilation=2), nn.ReLU(), nn.Dropout2d(0.2),
            nn.Conv2d(channels, channels, 5, padding=4, dilation=2), nn.ReLU(),
            nn.Conv2d(channels, 1, 3, padding=1),
        )  # fmt: skip

    def histogram(self, image: Tensor) -> Tensor:
        """(N, HISTOGRAMS, BINS, BINS): where the pixels lie between cool and warm, green and
        magenta, counted in several ways. Clipped and black pixels tell nothing."""
        some = image[:, :, ::2, ::2]
        light = to_working(some.flatten(2).transpose(1, 2), "srgb")
        return self.histogram_of(light)

    def histogram_of(self, light: Tensor) -> Tensor:
        """:meth:`histogram` of working light (N, pixels, 3)."""
        # Spelled out: the product with a vector takes ten times as long in onnxruntime.
        y = LUMA[0] * light[..., 0] + LUMA[1] * light[..., 1] + LUMA[2] * light[..., 2]
        tells = ((light.amax(2) < 0.99) & (y > 0.003)).to(light.dtype)
        where = torch.log(light.clamp_min(2e-4)) @ self.to_sliders.T
        warm, magenta = self._shares(where[..., 0]), self._shares(where[..., 1])
        near = y * tells
        near = near / near.amax(1, keepdim=True).clamp_min(1e-3)
        second = near * near
        sixth = second * second * second
        sixteenth = sixth * sixth * second * second
        # The pixels near the brightest are few: their histogram may be of little weight.
        counted = [(tells, 1.0), (tells * torch.sqrt(y.clamp(0, 1)), 1.0),
                   (second, 0.1), (sixth, 0.1), (sixteenth, 0.1)]  # fmt: skip
        found = []
        for weight, least in counted:
            counts = (warm * weight[:, :, None]).transpose(1, 2) @ magenta
            found.append(counts / (counts.sum((1, 2), keepdim=True) + least))
        return torch.sqrt(torch.stack(found, 1) + 1e-6)

    def _shares(self, value: Tensor) -> Tensor:
        """(N, P) -> (N, P, BINS): each pixel's share in its two nearest bins."""
        width = 2 * REACH / (BINS - 1)
        distance = (value.clamp(-REACH, REACH)[..., None] - self.axis).abs() / width
        return (1 - distance).clamp_min(0)

    def forward(self, histogram: Tensor) -> Tensor:
        """Minus the expected place of neutral. The place itself is an input too: photos come
        from balanced cameras more often than from others."""
        place = (self.place / REACH).expand(histogram.shape[0], -1, -1, -1)
        likely = self.search(torch.cat([histogram * 8, place], 1)).flatten(1).softmax(1)
        return cast(Tensor, -(likely @ self.place.flatten(1).T))
