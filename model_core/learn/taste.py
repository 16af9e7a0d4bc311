"""What photographers look at: features of a photo that many tastes are made of.

A radial-basis network over the photometric statistics, a histogram of hues and where the light
is: a few axes, and bells along each, since tastes have edges. It is fitted
in closed form to what made-up photographers want of photos (``python -m tests.benchmarks.prior``),
after the base is trained: the base's own settings do not depend on it, the personal head's
features end with it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

#: How many axes, where along each a bell stands, and how many pictures are compared with.
AXES, BELLS, CENTRES = 20, (-1.5, -0.5, 0.5, 1.5), 1024
#: How many features: all axes, and then all bells of each.
TASTES = AXES * (1 + len(BELLS))
SECTORS, FIELDS = 12, 6
#: Numbers of :func:`hues`.
HUES = 4 * SECTORS + FIELDS * FIELDS // 2 + 2

_LIMIT = 5.0  # odd inputs are held within this many standard deviations
_WIDTH = 6.0  # of the bells, in medians of the squared distance between two pictures
_RIDGE = 0.01


def hues(x: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB 0..1 -> (N, HUES): the share of twelve sectors of hue in the upper and
    in the lower half, and how light and how colourful each is; square-rooted so that small
    shares count. Greys are in no sector. Then how light each of FIELDS x FIELDS fields is, in
    stops, with its mirror image, and how much the light changes from pixel to pixel."""
    r, g, b = x[:, 0], x[:, 1], x[:, 2]
    across, along = r - (g + b) / 2, (g - b) * (math.sqrt(3) / 2)
    chroma = x.amax(1) - x.amin(1)
    length = (across.square() + along.square()).sqrt().clamp_min(1e-3)
    towards = torch.stack([across, along], 1) / length[:, None]
    turns = torch.arange(SECTORS, dtype=x.dtype, device=x.device) * (2 * math.pi / SECTORS)
    axes = torch.stack([turns.cos(), turns.sin()], 1)
    edge = math.cos(2 * math.pi / SECTORS)
    cosine = (axes @ towards.flatten(2)).unflatten(2, chroma.shape[1:])
    share = ((cosine - edge) / (1 - edge)).clamp_min(0)
    share = share * ((chroma - 0.04) / 0.08).clamp(0, 1)[:, None]
    middle = x.shape[2] // 2
    parts = [
        share[:, :, :middle].mean((2, 3)),
        share[:, :, middle:].mean((2, 3)),
        (share * x.mean(1)[:, None]).mean((2, 3)),
        (share * chroma[:, None]).mean((2, 3)),
    ]
    return torch.cat([torch.sqrt(torch.cat(parts, 1) + 1e-6), *_light(x)], 1)


def _light(x: Tensor) -> list[Tensor]:
    """Where the light is, (N, FIELDS**2 / 2), and how rough, (N, 2)."""
    stops = 2.2 * torch.log2(0.21 * x[:, 0] + 0.72 * x[:, 1] + 0.07 * x[:, 2] + 0.1)
    rows, columns = (_fields(side).to(x) for side in stops.shape[1:])
    half = (columns + columns.flip(0))[: FIELDS // 2] / 2
    across = (stops[:, :, 1:] - stops[:, :, :-1]).abs().mean((1, 2))
    along = (stops[:, 1:] - stops[:, :-1]).abs().mean((1, 2))
    rough = torch.log2(torch.stack([across, along], 1) + 1e-3)
    return [(rows @ stops @ half.T).flatten(1), rough]


def _fields(side: int) -> Tensor:
    """(FIELDS, side): what each pixel of a row counts in each of its fields."""
    edges = torch.linspace(0, side, FIELDS + 1)
    pixel = torch.arange(side)
    inside = torch.minimum(pixel + 1.0, edges[1:, None]) - torch.maximum(pixel, edges[:-1, None])
    return inside.clamp(0, 1) * (FIELDS / side)


class Taste(nn.Module):
    """Statistics and hues, (N, D) -> (N, TASTES): axes of mean 0 and deviation 1 over the
    photos it was fitted to, and bells of mean 0; zeros before it is fitted."""

    mean: Tensor
    scale: Tensor
    centres: Tensor
    answers: Tensor
    offset: Tensor
    width: Tensor
    bends: Tensor

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(inputs))
        self.register_buffer("centres", torch.zeros(CENTRES, inputs))
        self.register_buffer("answers", torch.zeros(CENTRES, AXES))
        self.register_buffer("offset", torch.zeros(AXES))
        self.register_buffer("width", torch.ones(1))
        # What is taken from each bell: its mean. Unfitted, all of it.
        self.register_buffer("bends", _along(torch.zeros(1, AXES))[0])

    def forward(self, seen: Tensor) -> Tensor:
        axes = self.axes(seen)
        return torch.cat([axes, _along(axes) - self.bends], 1)

    def axes(self, seen: Tensor) -> Tensor:
        """The first AXES of the features alone."""
        return self._bells(self._standard(seen)) @ self.answers + self.offset

    def fit(self, seen: Tensor, wanted: Tensor) -> None:
        """Learns to tell ``wanted`` (N, AXES) from what is ``seen`` (N, D): kernel ridge
        regression on CENTRES of the N pictures (the subset of regressors; Rasmussen and
        Williams 2006, 8.3.1). Weights are rounded to the half floats that they ship as."""
        self.mean.copy_(seen.mean(0))
        self.scale.copy_(1 / (seen.std(0) + 1e-3))
        x = self._standard(seen)
        chosen = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[:CENTRES]
        self.centres.zero_()[: len(chosen)] = x[chosen]
        self.width.fill_(_WIDTH * float(_squares(x, self.centres[: len(chosen)]).median()))
        for tensor in (self.mean, self.scale, self.centres, self.width):
            tensor.copy_(tensor.half().float())
        x = self._standard(seen)
        bells = self._bells(x).double()[:, : len(chosen)]
        between = self._bells(self.centres[: len(chosen)]).double()[:, : len(chosen)]
        gram = bells.T @ bells + _RIDGE * between + 1e-6 * torch.eye(len(chosen))
        answers = torch.linalg.solve(gram, bells.T @ (wanted - wanted.mean(0)).double())
        spread = (bells @ answers).std(0) + 1e-9
        self.answers.zero_()[: len(chosen)] = (answers / spread).half().float()
        found = bells @ self.answers[: len(chosen)].double()
        self.offset.copy_((-found.mean(0)).half())
        self.bends.copy_(_along(self.axes(seen)).mean(0).half())

    def _standard(self, seen: Tensor) -> Tensor:
        return ((seen - self.mean) * self.scale).clamp(-_LIMIT, _LIMIT)

    def _bells(self, x: Tensor) -> Tensor:
        return torch.exp(-_squares(x, self.centres) / self.width)


def _along(axes: Tensor) -> Tensor:
    """Bells of deviation 1 along each axis, (N, AXES) -> (N, AXES * len(BELLS))."""
    at = torch.tensor(BELLS, dtype=axes.dtype, device=axes.device)
    return torch.exp(-(axes[:, :, None] - at).square() / 2).flatten(1)


def _squares(x: Tensor, centres: Tensor) -> Tensor:
    """Squared distances, (N, C)."""
    both = x.square().sum(1, keepdim=True) + centres.square().sum(1)
    return (both - 2 * x @ centres.T).clamp_min(0)
