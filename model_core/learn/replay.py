"""What is rehearsed so that nothing is forgotten: photos without a lesson.

The bundled samples, as they are and as a camera might have left them. The candidate is
asked to answer them as the current network does.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from model_core.assets import sample_photos
from model_core.domain.image import CodedImage
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.learn.degrade import as_file, degrade
from model_core.predict.onnx_network import network_input

_COPIES = 4


def rehearsal(seed: int = 0) -> Tensor:
    """(N, 3, 224, 224) sRGB 0..1, the same for the same seed."""
    images = []
    for index, path in enumerate(sample_photos()):
        rng = np.random.default_rng([seed, index])
        proxy = decode_proxy(path, 256)[1]
        images.append(network_input(proxy))
        light = to_linear(proxy).pixels
        for _ in range(_COPIES):
            images.append(network_input(CodedImage(as_file(degrade(light, rng), rng))))
    stack = np.stack(images).transpose(0, 3, 1, 2).astype(np.float32) / 255
    return torch.from_numpy(stack)
