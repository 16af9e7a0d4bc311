"""Copies of a lesson whose answer is known: mirrored, cropped, as a poor JPEG, brighter, darker.

A shift of +e stops in the picture shifts the exposure that was chosen by -e; the rest leaves
the choice what it was.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.image import Float32
from model_core.imaging.colour import decode_transfer, encode_transfer

#: Copies of each lesson, the lesson itself among them.
COPIES = 4
_EV = 0.35  # stops by which a copy is brighter or darker
_STOPS = (0.0, 0.0, _EV, -_EV)
_LEAST_SIDE = 0.9  # of a crop, as a share of each side
_QUALITY = (60, 95)  # of a JPEG copy
_EXPOSURE = PARAM_NAMES.index("exposure_ev")
_EV_IN_J = 1 / PARAMS[_EXPOSURE].jnd

Uint8 = npt.NDArray[np.uint8]


def copies(images: Uint8) -> Iterator[Uint8]:
    """(n, H, W, 3) -> COPIES times n pictures of that size, one by one: all as they are, all
    mirrored, all brighter, all darker. The same for the same pictures."""
    for kind, stops in enumerate(_STOPS):
        for index, image in enumerate(images):
            if kind == 0:
                yield image
                continue
            rng = np.random.default_rng([kind, index])
            changed = image[:, ::-1] if kind % 2 else image
            yield _as_jpeg(_cropped(_exposed(changed, stops), rng), rng)


def labels_of_copies(labels: Float32) -> Float32:
    """(n, P) in J -> (COPIES * n, P), in the order of :func:`copies`."""
    parts = [labels.copy() for _ in _STOPS]
    for part, stops in zip(parts, _STOPS, strict=True):
        part[:, _EXPOSURE] -= stops * _EV_IN_J
    return np.concatenate(parts).astype(np.float32)


def _exposed(image: Uint8, stops: float) -> Uint8:
    """Light times 2**stops; what was clipped stays clipped."""
    if not stops:
        return image
    light = decode_transfer(np.arange(256, dtype=np.float32) / 255) * np.float32(2.0**stops)
    table = np.clip(encode_transfer(light) * 255 + 0.5, 0, 255).astype(np.uint8)
    result: Uint8 = table[image]
    return result


def _cropped(image: Uint8, rng: np.random.Generator) -> Uint8:
    height, width = image.shape[:2]
    h, w = (round(side * rng.uniform(_LEAST_SIDE, 1.0)) for side in (height, width))
    top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
    crop = Image.fromarray(np.ascontiguousarray(image[top : top + h, left : left + w]))
    return np.asarray(crop.resize((width, height), Image.Resampling.BILINEAR))


def _as_jpeg(image: Uint8, rng: np.random.Generator) -> Uint8:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=int(rng.integers(*_QUALITY)))
    with Image.open(buffer) as read:
        return np.asarray(read.convert("RGB"))
