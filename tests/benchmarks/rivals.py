"""Classical automatic enhancers, all from and to 8-bit sRGB (H, W, 3), to judge the base by."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from model_core.imaging.colour import decode_transfer, encode_transfer

Pixels = npt.NDArray[np.uint8]
Method = Callable[[Pixels], Pixels]


def autocontrast(pixels: Pixels) -> Pixels:
    """Pillow's, with 0.5 % cut off at both ends of each channel."""
    return np.asarray(ImageOps.autocontrast(Image.fromarray(pixels), cutoff=0.5))


def grey_world(pixels: Pixels) -> Pixels:
    """Channels scaled in linear light to a grey mean, then levels stretched together from
    the 0.5th to the 99.5th percentile of the code values."""
    linear = decode_transfer(pixels / 255.0)
    mean = linear.mean((0, 1)).clip(1e-4)
    code = encode_transfer((linear * (mean.mean() / mean)).clip(0, 1))
    low, high = np.quantile(code, (0.005, 0.995))
    stretched = (code - low) / max(high - low, 1e-3)
    result: Pixels = (stretched.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    return result


def _magick(program: str, option: str) -> Method:
    def enhance(pixels: Pixels) -> Pixels:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PPM")
        done = subprocess.run(
            [program, "ppm:-", option, "-depth", "8", "ppm:-"],
            input=buffer.getvalue(), capture_output=True, check=True,
        )  # fmt: skip
        return np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB"))

    return enhance


def image_magick() -> str | None:
    """The name of ImageMagick's program, if it is the real one."""
    for name in ("magick", "convert-im6.q16", "convert"):
        path = shutil.which(name)
        if path is None:
            continue
        told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
        if "ImageMagick" in told.stdout:
            return path
    return None


def rivals() -> dict[str, Method]:
    """By name; ImageMagick's only where it is installed."""
    found: dict[str, Method] = {
        "no change": lambda pixels: pixels,
        "Pillow autocontrast": autocontrast,
        "grey world + auto levels": grey_world,
    }
    program = image_magick()
    if program is not None:
        for option in ("-auto-level", "-normalize", "-auto-gamma"):
            found[f"ImageMagick {option}"] = _magick(program, option)
    return found
