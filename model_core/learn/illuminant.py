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
from model_core.imaging.colour import LUMA, decode_transfer, to_working
from model_core.imaging.steps.white_balance import TEMPERATURE_SLOPE, TINT_SLOPE

BINS = 32
REACH = 32.0  # J on either side of neutral
#: Two of pixels alike and by lightness; thrice by what is near the brightest of a sample, thrice
#: by what is near the brightest of all pixels, and by the whitest: the light is told best by what
#: it is reflected from whole, which may be a few pixels. (Correlation of the answer with the label
#: of temperature, on the development fold: 0.41 with the first two, 0.62 with five, 0.70 with all.)
HISTOGRAMS = 9
#: Numbers that the heads get: how sure the search is, and what it found.
SIGHT = 6
_BRIGHTEST, _WHITEST = 1000, 300  # pixels
WB = (PARAM_NAMES.index("temperature"), PARAM_NAMES.index("tint"))


def _to_sliders() -> np.ndarray:
    """(2, 3): log working RGB to (temperature, tint) in J that made it from grey."""
    jnd = [PARAMS[i].jnd for i in WB]
    basis = np.stack([np.ones(3), TEMPERATURE_SLOPE * jnd[0], TINT_SLOPE * jnd[1]], 1)
    return np.linalg.inv(basis)[1:]


class Illuminant(nn.Module):
    """Histograms of a picture -> (N, 2) temperature and tint in J that would neutralise it."""

    axis: Tensor
    place: Tensor
    to_sliders: Tensor
    to_light: Tensor

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        axis = torch.linspace(-REACH, REACH, BINS)
        self.register_buffer("axis", axis, persistent=False)
        place = torch.stack(torch.meshgrid(axis, axis, indexing="ij"))
        self.register_buffer("place", place, persistent=False)
        matrix = torch.from_numpy(_to_sliders()).float()
        self.register_buffer("to_sliders", matrix, persistent=False)
        # Linear sRGB to working light.
        matrix = torch.from_numpy(to_working(np.eye(3), "srgb").T.copy()).float()
        self.register_buffer("to_light", matrix, persistent=False)
        # Far enough to see the whole cloud of colours around each place.
        self.search = nn.Sequential(
            nn.Conv2d(HISTOGRAMS + 2, channels, 5, padding=2), nn.ReLU(), nn.Dropout2d(0.2),
            nn.Conv2d(channels, channels, 5, padding=4, dilation=2), nn.ReLU(), nn.Dropout2d(0.2),
            nn.Conv2d(channels, channels, 5, padding=4, dilation=2), nn.ReLU(),
            nn.Conv2d(channels, 1, 3, padding=1),
        )  # fmt: skip

    def histogram(self, linear: Tensor, code: Tensor) -> Tensor:
        """(N, HISTOGRAMS, BINS, BINS): where the pixels lie between cool and warm, green and
        magenta, counted in several ways. ``linear``: (N, 3, P) a sample in linear sRGB;
        ``code``: (N, 3, Q) all pixels, coded. Clipped and black pixels tell nothing."""
        r, g, b = code[:, 0], code[:, 1], code[:, 2]
        # Two at a time, and sums spelled out: several times faster in onnxruntime.
        unclipped = (torch.maximum(torch.maximum(r, g), b) < 253.5 / 255).to(code.dtype)
        luma = (LUMA[0] * r + LUMA[1] * g + LUMA[2] * b) * unclipped
        # Many are equally white: the lighter come first, so that any library chooses the same.
        least = torch.minimum(torch.minimum(r, g), b) * unclipped + 1e-3 * luma
        found = [linear]
        for score, count in ((luma, _BRIGHTEST), (least, _WHITEST)):
            chosen = torch.topk(score, count, sorted=False)[1][:, None].expand(-1, 3, -1)
            found.append(cast(Tensor, decode_transfer(code.gather(2, chosen))))
        return self.histogram_of(*(self.to_light @ part for part in found))

    def histogram_of(self, light: Tensor, brightest: Tensor, whitest: Tensor) -> Tensor:
        """:meth:`histogram` of working light, each (N, 3, pixels)."""
        (tells, y), (bright, top), (white, _) = (
            _telling(part) for part in (light, brightest, whitest)
        )
        near, peak = _near(y * tells), _near(top * bright)
        counted = [
            # The pixels near the brightest are few: their histogram may be of little weight.
            (light, [tells, tells * y.clamp(0, 1).sqrt(), near**2, near**6, near**16],
             [1.0, 1.0, 0.1, 0.1, 0.1]),
            (brightest, [peak**4, peak**16, peak**64], [1.0] * 3),
            (whitest, [white], [1.0]),
        ]  # fmt: skip
        found = [self._counts(part, torch.stack(w, 1), least) for part, w, least in counted]
        return torch.sqrt(torch.cat(found, 1) + 1e-6)

    def _counts(self, light: Tensor, weights: Tensor, least: list[float]) -> Tensor:
        """(N, K, BINS, BINS) of pixels (N, 3, P) by each of ``weights`` (N, K, P), as shares;
        ``least``: the weight of nothing."""
        where = self.to_sliders @ torch.log(light.clamp_min(2e-4))
        step = 2 * REACH / (BINS - 1)
        distance = (where.clamp(-REACH, REACH)[:, :, None] - self.axis[:, None]).abs() / step
        shares = (1 - distance).clamp_min(0)  # of each pixel in its two nearest bins
        warm = (shares[:, 0, None] * weights[:, :, None]).flatten(1, 2)
        counts = (warm @ shares[:, 1].transpose(1, 2)).unflatten(1, (len(least), BINS))
        none = torch.tensor(least, device=counts.device)[:, None, None]
        return counts / (counts.sum((2, 3), keepdim=True) + none)

    def forward(self, histogram: Tensor) -> Tensor:
        """Minus the expected place of neutral."""
        return -(self._log_likely(histogram).exp() @ self.place.flatten(1).T)

    def sight(self, histogram: Tensor) -> Tensor:
        """(N, SIGHT): along both axes how widely the likely places are spread, in J; the log of
        the greatest likelihood; minus the entropy; and last what :meth:`forward` answers."""
        log_likely = self._log_likely(histogram)
        likely, place = log_likely.exp(), self.place.flatten(1).T
        expected = likely @ place
        spread = torch.sqrt((likely @ place**2 - expected**2).clamp_min(0) + 1e-6)
        entropy = (likely * log_likely).sum(1, keepdim=True)
        return torch.cat([spread, log_likely.amax(1, keepdim=True), entropy, -expected], 1)

    def _log_likely(self, histogram: Tensor) -> Tensor:
        """(N, BINS**2), of each place that it is neutral. The place itself is an input too:
        photos come from balanced cameras more often than from others."""
        place = (self.place / REACH).expand(histogram.shape[0], -1, -1, -1)
        found = self.search(torch.cat([histogram * 8, place], 1)).flatten(1)
        return cast(Tensor, found.log_softmax(1))


def _telling(light: Tensor) -> tuple[Tensor, Tensor]:
    """1 where working light (N, 3, P) is neither clipped nor black, else 0; and its luminance."""
    r, g, b = light[:, 0], light[:, 1], light[:, 2]
    y = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b
    inside = torch.maximum(torch.maximum(r, g), b) < 0.99
    tells = (inside & (y > 0.003)).to(light.dtype)
    return tells, y


def _near(luminance: Tensor) -> Tensor:
    return luminance / luminance.amax(1, keepdim=True).clamp_min(1e-3)
