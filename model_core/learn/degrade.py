"""Bad photos from good ones, as cameras and light make them: the base model's lessons.

Everything acts on scene-linear light, with operators other than the sliders, so that the
network learns to see what is wrong and not to invert its own maths.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from model_core.domain.image import Float32
from model_core.imaging.colour import BRADFORD, LUMA, from_working, to_xyz
from model_core.imaging.steps.white_balance import daylight_xyz

#: Share of photos left as they are: a good photo must be left nearly alone.
UNTOUCHED = 0.2


def degrade(light: Float32, rng: np.random.Generator) -> Float32:
    """One random bad version of working light (H, W, 3); sometimes the photo itself."""
    if rng.random() < UNTOUCHED:
        return light
    out = light
    if rng.random() < 0.5:
        out = _illuminant(out, rng)
    if rng.random() < 0.35:
        out = _veil(out, rng)
    if rng.random() < 0.45:
        out = _camera_curve(out, rng)
    if rng.random() < 0.4:
        out = _colour_depth(out, rng)
    if rng.random() < 0.75:
        out = _sensor(out, rng)
    return np.clip(out, 0.0, 1.0).astype(np.float32)


def _sensor(light: Float32, rng: np.random.Generator) -> Float32:
    """Wrong exposure with shot and read noise and a hard clip. Mostly too dark: that is
    what experts' corrections of real photos look like (-0.3 .. +2.2 EV)."""
    ev = float(np.clip(rng.normal(-0.6, 0.8), -2.4, 1.2))
    exposed = light * np.float32(2.0**ev)
    noise = rng.normal(0.0, 1.0, light.shape) * np.sqrt(exposed * 2e-4 + 1e-6) * rng.uniform(0, 1.5)
    result: Float32 = np.clip(exposed + noise, 0.0, 1.0).astype(np.float32)
    return result


def _illuminant(light: Float32, rng: np.random.Generator) -> Float32:
    """A wrong white balance: Bradford adaptation to a light along and off the locus."""
    mired = float(np.clip(rng.normal(0.0, 35.0), -90, 90))
    tint = float(np.clip(rng.normal(0.0, 12.0), -35, 35))
    cones = BRADFORD @ daylight_xyz(mired, tint) / (BRADFORD @ daylight_xyz(0, 0))
    rgb_to_xyz = to_xyz("rec2020")
    adapt = np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD
    matrix = np.linalg.solve(rgb_to_xyz, adapt @ rgb_to_xyz)
    out = np.clip(light @ matrix.T.astype(np.float32), 0.0, None)
    result: Float32 = out.astype(np.float32)
    return result


def _veil(light: Float32, rng: np.random.Generator) -> Float32:
    """Haze or flare: light scattered over the whole frame lifts the blacks."""
    share = rng.uniform(0.02, 0.25)
    colour = np.array([1.0, 1.0, 1.0]) * rng.uniform(0.2, 0.8) + rng.normal(0, 0.03, 3)
    result: Float32 = (light * (1 - share) + share * np.clip(colour, 0.05, 1)).astype(np.float32)
    return result


def _camera_curve(light: Float32, rng: np.random.Generator) -> Float32:
    """A flat or a harsh tone curve on each channel, as camera profiles have them: a power
    around middle grey, bent so that black and white stay."""
    slope = float(np.exp(np.clip(rng.normal(-0.12, 0.28), -0.7, 0.6)))
    pivot = 0.18
    odds = np.log(np.clip(light, 1e-5, 1 - 1e-5) / (1 - np.clip(light, 1e-5, 1 - 1e-5)))
    centre = np.log(pivot / (1 - pivot))
    result: Float32 = (1 / (1 + np.exp(-((odds - centre) * slope + centre)))).astype(np.float32)
    return result


def _colour_depth(light: Float32, rng: np.random.Generator) -> Float32:
    """Washed-out or garish colour: a mix with (or away from) luminance in linear light."""
    factor = float(np.exp(np.clip(rng.normal(-0.15, 0.3), -0.8, 0.4)))
    y = light @ np.array(LUMA, dtype=np.float32)
    result: Float32 = np.clip(y[..., None] + (light - y[..., None]) * factor, 0, None)
    return result.astype(np.float32)


def as_file(light: Float32, rng: np.random.Generator) -> np.ndarray:
    """Working light as the 8-bit sRGB pixels of a saved JPEG (uint8, same shape)."""
    code = np.clip(from_working(light, "srgb") * 255 + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        return code
    buffer = io.BytesIO()
    Image.fromarray(code).save(buffer, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(buffer))
