"""The network: photometric statistics plus features of a small CNN to develop settings.

One module is the base model, every fine-tuned version and what is exported to ONNX. Input
is the photo squashed to 224 x 224, coded sRGB 0..1; everything else happens inside.

The statistics carry the load. On photos not trained on, a head that could use all 1,280
features of the CNN recognised the photos it was trained on instead of their faults; it now
gets them through the few projections that the personal head has too.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from model_core.domain.develop import PARAMS
from model_core.imaging.colour import decode_transfer
from model_core.imaging.steps.tone import lightness
from model_core.learn.backbones import BACKBONES, DEFAULT_BACKBONE
from model_core.learn.illuminant import SIGHT, Illuminant
from model_core.learn.taste import HUES, TASTES, Taste, hues

INPUT_SIDE = 224
#: The CNN sees the photo this large: what it adds is worth a tenth of the time at 224.
CNN_SIDE = 48
HIDDEN = 256
#: Small heads whose mean is the answer; each was trained on another four fifths of the photos.
MEMBERS = 5
Z_STATISTICS = 32
Z_EMBEDDING = 21
#: Bias, prediction, both blocks whitened, and what photographers look at.
Z_SIZE = 1 + len(PARAMS) + Z_STATISTICS + Z_EMBEDDING + TASTES

Z_LIMIT = 4.0  # as the personal head holds its features in

_LUMA709 = (0.2126, 0.7152, 0.0722)


class PhotometricStatistics(nn.Module):
    """What a photographer reads off the histogram: (N, 3, H, W) sRGB 0..1 -> (N, COUNT + HUES).

    Soft histograms of lightness, chroma axes and saturation, channel means and spreads,
    clipping, the colour of the brightest and of the greyest parts, edges, a 3 x 3 map, the
    stops that are left to white and to black, in all and in each channel, where each channel
    ends, areas without any detail, the spread of lightness, how sure it is of the light, and last
    what the light seems to be (:mod:`.illuminant`).
    The hues that follow (:mod:`.taste`) are for the personal head alone: settings are told from
    the first COUNT.
    """

    TONE_BINS, COLOUR_BINS = 24, 12
    MEASURED = TONE_BINS + 3 * COLOUR_BINS + 6 + 6 + 6 + 6 + 4 + 27 + 20 + 30 + 6 + 12 + 2
    #: Column of the standard deviation of lightness: without any, nothing can be known.
    CONTRAST = MEASURED - 1
    COUNT = MEASURED + SIGHT

    def __init__(self) -> None:
        super().__init__()
        self.illuminant = Illuminant()

    def forward(self, image: Tensor) -> Tensor:
        some = self.thinned(image)
        return torch.cat([self.joined(*self.seen(some)), hues(_fewer(some))], 1)

    @staticmethod
    def thinned(image: Tensor) -> Tensor:
        """Every second pixel: clipping and extremes stay what they are."""
        return image[:, :, ::2, ::2]

    def joined(self, measured: Tensor, histogram: Tensor) -> Tensor:
        """(N, COUNT) from both parts."""
        return torch.cat([measured, self.illuminant.sight(histogram)], 1)

    def seen(self, some: Tensor) -> tuple[Tensor, Tensor]:
        """All that is not learned, of a thinned picture: the numbers, (N, MEASURED), and where
        its colours lie, (N, HISTOGRAMS, BINS, BINS). Most of it from every second pixel of it."""
        x = _fewer(some)
        linear = cast(Tensor, decode_transfer(x))
        histogram = self.illuminant.histogram(_fewer(linear).flatten(2), some.flatten(2))
        return self._measured(x, linear.flatten(2), some), histogram

    def _measured(self, x: Tensor, linear: Tensor, some: Tensor) -> Tensor:
        flat = x.flatten(2)
        r, g, b = flat[:, 0], flat[:, 1], flat[:, 2]
        y = _LUMA709[0] * linear[:, 0] + _LUMA709[1] * linear[:, 1] + _LUMA709[2] * linear[:, 2]
        u = lightness(y)
        red_green, yellow_blue = r - g, (r + g) / 2 - b
        # Two at a time: over three channels at once it takes five times as long in onnxruntime.
        chroma = _most(r, g, b) - torch.minimum(torch.minimum(r, g), b)
        parts = [
            _soft_histogram(u, self.TONE_BINS, 0.0, 1.0),
            _soft_histogram(red_green, self.COLOUR_BINS, -0.4, 0.4),
            _soft_histogram(yellow_blue, self.COLOUR_BINS, -0.4, 0.4),
            _soft_histogram(chroma, self.COLOUR_BINS, 0.0, 0.9),
            flat.mean(2),
            flat.std(2),
            _stops(linear).mean(2),
            _stops(linear.mean(2)),
            _weighted_colour(red_green, yellow_blue, chroma, y),
            (flat > 253.5 / 255).float().mean(2),
            (flat < 1.5 / 255).float().mean(2),
            _edges(x),
            _map(x),
            _ends(y, _most(linear[:, 0], linear[:, 1], linear[:, 2])),
            _channel_ends(linear),
            _last(some),
            _burnt(x),
            torch.stack([u.mean(1), u.std(1)], 1),
        ]
        return torch.cat(parts, 1)


def _fewer(x: Tensor) -> Tensor:
    return x[:, :, ::2, ::2]


def _most(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return torch.maximum(torch.maximum(a, b), c)


def _last(some: Tensor) -> Tensor:
    """The least and the greatest value of each channel, as code and in stops: 12 numbers."""
    ends = torch.cat([some.amin((2, 3)), some.amax((2, 3))], 1)
    return torch.cat([ends, _stops(cast(Tensor, decode_transfer(ends)))], 1)


def _soft_histogram(values: Tensor, bins: int, low: float, high: float) -> Tensor:
    """Triangular-kernel histogram of (N, P) values -> (N, bins), as shares, square-rooted
    so that small shares count. Every second pixel is enough for it."""
    values = values[:, ::2]
    position = (values.clamp(low, high) - low) * ((bins - 1) / (high - low))
    centres = torch.arange(bins, device=values.device, dtype=values.dtype)
    weight = (1 - (position[:, None, :] - centres[None, :, None]).abs()).clamp_min(0)
    return torch.sqrt(weight.mean(2) + 1e-6)


def _ends(y: Tensor, brightest: Tensor) -> Tensor:
    """The four brightest and darkest permilles (0, 1, 5, 10) of lightness and, in stops, of
    luminance and of the brightest channel: 20 numbers. What -auto-level goes by."""
    count = y.shape[1] // 100 + 1
    steps = [0, count // 10, count // 2, count - 1]
    # Lightness and stops are in the order of luminance, which is sorted once for both.
    ends = [torch.topk(y, count, largest=end)[0][:, steps] for end in (True, False)]
    top = torch.topk(brightest, count)[0][:, steps]
    return torch.cat([*(lightness(e) for e in ends), *(_stops(e) for e in (*ends, top))], 1)


def _stops(linear: Tensor) -> Tensor:
    return torch.log2(linear + 1e-3)


def _channel_ends(linear: Tensor) -> Tensor:
    """The brightest and darkest of each channel (N, 3, P), in stops, at 0, 1, 5, 10 and 50
    permilles: 30 numbers. A cast and a haze show as ends that differ between the channels."""
    pixels, some = linear.shape[2], linear[..., ::8]
    count, twentieth = pixels // 100 + 1, some.shape[2] // 20
    steps = [0, pixels // 1000, pixels // 200, count - 1]
    parts = []
    for largest in (True, False):
        parts.append(torch.topk(linear, count, largest=largest)[0][..., steps])
        # Every eighth pixel is enough for it, and far quicker.
        parts.append(torch.topk(some, twentieth + 1, largest=largest)[0][..., twentieth:])
    return _stops(torch.cat(parts, 2).flatten(1))


def _map(x: Tensor) -> Tensor:
    """The mean of each channel in 3 x 3 fields that may share a row: what adaptive pooling
    gives, as a product of matrices, since pooling is exported as a thousand small steps."""
    rows, columns = (
        torch.tensor(_fields(side), dtype=x.dtype, device=x.device) for side in x.shape[2:]
    )
    return (rows @ x @ columns.T).flatten(1)


def _fields(side: int) -> list[list[float]]:
    """(3, side): what each pixel of a row counts in each of its thirds."""
    ends = [(i * side // 3, -(-(i + 1) * side // 3)) for i in range(3)]
    return [[float(a <= at < b) / (b - a) for at in range(side)] for a, b in ends]


def _burnt(x: Tensor) -> Tensor:
    """Shares of the picture where a channel is at white, all are, or all are at black: of
    single pixels, and of whole areas (3 x 3), square-rooted so that small shares count. A
    lamp or a highlight makes pixels white; over-exposure makes areas white."""
    r, g, b = x[:, 0], x[:, 1], x[:, 2]
    most, least = _most(r, g, b), torch.minimum(torch.minimum(r, g), b)
    points = torch.stack([most > 252.5 / 255, least > 252.5 / 255, most < 2.5 / 255], 1)
    points = points.to(x.dtype)
    areas = 1 - nn.functional.max_pool2d(1 - points, 3, 1)
    return torch.sqrt(torch.cat([points.mean((2, 3)), areas.mean((2, 3))], 1) + 1e-5)


def _weighted_colour(rg: Tensor, yb: Tensor, chroma: Tensor, y: Tensor) -> Tensor:
    """Mean chroma axes of the bright (two powers) and of the greyest parts: 6 numbers."""
    grey = torch.exp(-chroma / 0.08) * (y > 0.02) * (y < 0.95) + 1e-6
    weights = torch.stack([y + 1e-4, y**3 + 1e-5, grey], 1)
    sums = weights @ torch.stack([rg, yb, torch.ones_like(y)], 2)
    return (sums[..., :2] / sums[..., 2:]).flatten(1)


def _edges(x: Tensor) -> Tensor:
    """Mean gradient of each channel (the grey-edge cue) and the overall micro-contrast."""
    dx = (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().mean((2, 3))
    dy = (x[:, :, 1:, :] - x[:, :, :-1, :]).abs().mean((2, 3))
    edge = dx + dy
    return torch.cat([edge, edge.mean(1, keepdim=True)], 1)


class DevelopHead(nn.Module):
    """Statistics and embedding to settings in J, their log spread, and the features z."""

    stats_mean: Tensor
    stats_scale: Tensor
    embedding_mean: Tensor
    embedding_scale: Tensor
    z_statistics: Tensor
    z_embedding: Tensor
    unknown_spread: Tensor
    personal: Tensor

    def __init__(self, embedding: int) -> None:
        super().__init__()
        stats = PhotometricStatistics.COUNT
        self.register_buffer("stats_mean", torch.zeros(stats))
        self.register_buffer("stats_scale", torch.ones(stats))
        self.register_buffer("embedding_mean", torch.zeros(embedding))
        self.register_buffer("embedding_scale", torch.ones(embedding))
        self.register_buffer("z_statistics", torch.zeros(stats, Z_STATISTICS))
        self.register_buffer("z_embedding", torch.zeros(embedding, Z_EMBEDDING))
        # Log spread, in J, of a picture in which there is nothing to see.
        self.register_buffer("unknown_spread", torch.ones(len(PARAMS)))
        self.semantic, self.body, self.settings = (
            nn.ModuleList(part() for _ in range(MEMBERS))
            for part in (_semantic, lambda: _body(stats), lambda: nn.Linear(HIDDEN, len(PARAMS)))
        )
        # What follows straight from a statistic, as stops to white do, needs no hidden layer.
        self.plain = nn.Linear(stats, MEMBERS * len(PARAMS), bias=False)
        nn.init.zeros_(self.plain.weight)
        # How far each follows the light that was seen, for each of the two sliders.
        self.trust = nn.Parameter(torch.zeros(MEMBERS, 2))
        self.log_spread = nn.Linear(HIDDEN, len(PARAMS))
        self.taste = Taste(stats + HUES)
        # What a personal head has learned, folded in; nothing in the base model.
        self.register_buffer("personal", torch.zeros(Z_SIZE, len(PARAMS)))

    def normalised(self, stats: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Both blocks standardised; far outliers are held in, so that an odd picture gives
        an uncertain prediction and not a wild one."""
        s = ((stats - self.stats_mean) * self.stats_scale).clamp(-5, 5)
        e = ((embedding - self.embedding_mean) * self.embedding_scale).clamp(-5, 5)
        return s, e

    def members(self, stats: Tensor, embedding: Tensor) -> Tensor:
        """The answer of each member, in J: (MEMBERS, N, P)."""
        return self._answers(stats, *self.normalised(stats, embedding))[0]

    def _answers(self, stats: Tensor, s: Tensor, e: Tensor) -> tuple[Tensor, Tensor]:
        """Settings (MEMBERS, N, P), and what the members made of the picture, (N, HIDDEN)."""
        content = e @ self.z_embedding
        hidden = [
            body(torch.cat([s, semantic(content)], 1))
            for semantic, body in zip(self.semantic, self.body, strict=True)
        ]
        answers = torch.stack([f(h) for f, h in zip(self.settings, hidden, strict=True)])
        answers = answers + self.plain(s).unflatten(1, (MEMBERS, -1)).transpose(0, 1)
        light = s[:, -2:] * self.trust[:, None]
        answers = torch.cat([answers[..., :2] + light, answers[..., 2:]], 2)
        known = _known(stats[:, PhotometricStatistics.CONTRAST, None])
        return known * answers, torch.stack(hidden).mean(0)

    def forward(self, stats: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``stats``: (N, COUNT + HUES), or without the hues, as the base is trained: then the
        features end with zeros."""
        taste = self._taste(stats)
        stats = stats[:, : PhotometricStatistics.COUNT]
        s, e = self.normalised(stats, embedding)
        answers, hidden = self._answers(stats, s, e)
        settings, content = answers.mean(0), e @ self.z_embedding
        log_spread = self.log_spreads(stats, hidden.detach())
        bias = torch.ones_like(settings[:, :1])
        z = torch.cat([bias, settings * 0.25, s @ self.z_statistics, content, taste], 1)
        return settings + z.clamp(-Z_LIMIT, Z_LIMIT) @ self.personal, log_spread, z

    def log_spreads(self, stats: Tensor, hidden: Tensor) -> Tensor:
        """(N, P) in log J, of what the members made of the pictures."""
        known = _known(stats[:, PhotometricStatistics.CONTRAST, None])
        spread = self.log_spread(hidden).clamp(-2.0, 2.5)
        result: Tensor = known * spread + (1 - known) * self.unknown_spread
        return result

    def hidden(self, stats: Tensor, embedding: Tensor) -> Tensor:
        """What the members made of the pictures, (N, HIDDEN)."""
        return self._answers(stats, *self.normalised(stats, embedding))[1]

    def _taste(self, stats: Tensor) -> Tensor:
        if stats.shape[1] == PhotometricStatistics.COUNT:
            return stats.new_zeros((len(stats), TASTES))
        return cast(Tensor, self.taste(stats))


def _semantic() -> nn.Module:
    return nn.Sequential(nn.Dropout(0.5), nn.Linear(Z_EMBEDDING, 8), nn.GELU())


def _body(stats: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(stats + 8, HIDDEN), nn.GELU(), nn.Dropout(0.5),
        nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.Dropout(0.25),
    )  # fmt: skip


def _known(contrast: Tensor) -> Tensor:
    """0 for a picture of one lightness, 1 for anything with something in it: a smooth step
    of the standard deviation of lightness (a wall in fog has about 0.05)."""
    t = ((contrast - 0.006) / 0.024).clamp(0, 1)
    return t * t * (3 - 2 * t)


class DevelopNet(nn.Module):
    """Photo in, develop settings out.

    ``forward(image)``: (N, 3, 224, 224) sRGB 0..1 -> settings (N, P) in slider units,
    spread (N, P) one standard deviation in slider units, features z (N, Z_SIZE).
    """

    jnd: Tensor
    low: Tensor
    high: Tensor
    mean: Tensor
    scale: Tensor

    def __init__(self, backbone: str = DEFAULT_BACKBONE) -> None:
        super().__init__()
        spec = BACKBONES[backbone]
        self.backbone: Any = spec.build()
        self.statistics = PhotometricStatistics()
        self.head = DevelopHead(spec.size)
        for name, values in (
            ("jnd", [p.jnd for p in PARAMS]),
            ("low", [p.low for p in PARAMS]),
            ("high", [p.high for p in PARAMS]),
        ):
            self.register_buffer(name, torch.tensor(values), persistent=False)
        for name, colour in (("mean", spec.mean), ("scale", spec.scale)):
            self.register_buffer(name, torch.tensor(colour).reshape(3, 1, 1), persistent=False)

    def seen(self, image: Tensor) -> Tensor:
        """(N, 3, 224, 224) -> what the backbone takes: smaller, scaled as its weights expect."""
        small = nn.functional.interpolate(
            image, size=(CNN_SIDE, CNN_SIDE), mode="bilinear", align_corners=False
        )
        return (small - self.mean) / self.scale

    def embed(self, image: Tensor) -> Tensor:
        """(N, 3, 224, 224) -> (N, size of the backbone's embedding)."""
        return cast(Tensor, self.backbone(self.seen(image)))

    def in_j(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Settings in J, log spread in J, features z."""
        result = self.head(self.statistics(image), self.embed(image))
        return cast(tuple[Tensor, Tensor, Tensor], result)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        settings, log_spread, z = self.in_j(image)
        units = torch.maximum(torch.minimum(settings * self.jnd, self.high), self.low)
        return units, torch.exp(log_spread) * self.jnd, z
