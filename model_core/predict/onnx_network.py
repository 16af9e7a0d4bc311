"""A network version in onnxruntime: a photo's proxy to what the network sees in it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from PIL import Image

from model_core.domain.develop import IDENTITY, PARAM_NAMES
from model_core.domain.errors import BrokenModel
from model_core.domain.image import CodedImage, Float32
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures
from model_core.imaging.render import render

INPUT_SIDE = 224
#: The graphs this program understands (``graph_version`` in their metadata).
GRAPH_VERSION = 1


def network_input(image: CodedImage) -> npt.NDArray[np.uint8]:
    """The picture as networks take it: whole, upright, squashed, sRGB; (224, 224, 3)."""
    pixels = image.pixels
    if image.space != "srgb" or pixels.dtype != np.uint8:
        pixels = render(image, IDENTITY)
    size = (INPUT_SIDE, INPUT_SIDE)
    # Whole factors by averaging first: a third of the time, and no difference to be seen.
    return np.asarray(
        Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.0)
    )


def thumbnail_of(image: npt.NDArray[np.uint8]) -> bytes:
    """A network input as JPEG (about 20 kB): what is stored with a lesson, so that it can be
    learned again when the photo has been moved or deleted."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def thumbnail_pixels(data: bytes) -> npt.NDArray[np.uint8] | None:
    """A stored thumbnail as network input; None when it is damaged."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, ValueError):
        return None
    return pixels if pixels.shape == (INPUT_SIDE, INPUT_SIDE, 3) else None


class OnnxNetwork:
    """One version, loaded once. Safe to use from several threads.

    Raises BrokenModel when the file is damaged, foreign, or predicts other sliders.
    """

    def __init__(self, path: Path, version: str) -> None:
        self.version = version
        options = onnxruntime.SessionOptions()
        # One thread is faster than two as soon as the cores have other work (the preview).
        options.intra_op_num_threads = 1
        # Photos come one by one; shapes that are known save a thirtieth of the time.
        options.add_free_dimension_override_by_name("batch", 1)
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
            facts = self._session.get_modelmeta().custom_metadata_map
            names = tuple(p["name"] for p in json.loads(facts["params"]))
            graph = int(facts["graph_version"])
            #: How many features z has.
            self.features = int(self._session.get_outputs()[2].shape[1])
        except Exception as error:  # onnxruntime raises many kinds on a damaged file
            reason = " ".join(str(error).split())[:200]
            raise BrokenModel(f"{path}: is not a network of imgtune ({reason})") from None
        if names != PARAM_NAMES or graph != GRAPH_VERSION:
            raise BrokenModel(f"{path}: was made by another version of imgtune")

    def run(self, images: npt.NDArray[np.uint8]) -> tuple[Float32, Float32, Float32]:
        """(N, 224, 224, 3) uint8 sRGB -> settings (N, P), spread (N, P), z (N, Z)."""
        # A channel at a time: a sixth of the time that the whole takes, and the same numbers.
        blob = np.empty((len(images), 3, *images.shape[1:3]), np.float32)
        for channel in range(3):
            np.divide(images[..., channel], np.float32(255), out=blob[:, channel])
        names = ["settings", "spread", "features"]
        rows = [self._session.run(names, {"image": one[None]}) for one in blob]
        settings, spread, z = (np.concatenate(part) for part in zip(*rows, strict=True))
        return settings, spread, z

    def analyse(self, photo: PhotoId, image: npt.NDArray[np.uint8]) -> PhotoFeatures:
        """What this version sees in one picture as :func:`network_input` gives it."""
        settings, spread, z = self.run(image[None])
        return PhotoFeatures(photo, self.version, settings[0], spread[0], z[0])
