"""Bad photos from good ones, as cameras and light make them: the base model's lessons.

Everything acts on scene-linear light, with operators other than the sliders, so that the
network learns to see what is wrong and not to invert its own maths. Under-exposure and
flatness dominate, as in experts' corrections of real photos; colour is mostly hit gently,
and sometimes as hard as a lamp under a daylight setting.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from model_core.domain.image import Float32
from model_core.imaging.colour import BRADFORD, LUMA, from_working, to_working, to_xyz
from model_core.imaging.steps.white_balance import daylight_xyz

#: Raise it when the same seed would give other lessons: kept lessons are then made again.
RECIPE = 5
#: Share of photos left as they are: a good photo must be left nearly alone.
UNTOUCHED = 0.2


def degrade(light: Float32, rng: np.random.Generator) -> Float32:
    """One random bad version of working light (H, W, 3); sometimes the photo itself."""
    if rng.random() < UNTOUCHED:
        return light
    out = light
    if rng.random() < 0.5:
        out = _illuminant(out, rng)
    if rng.random() < 0.3:
        out = _haze(out, rng) if rng.random() < 0.5 else _glare(out, rng)
    if rng.random() < 0.8:
        out = _sensor(out, rng)
    if rng.random() < 0.45:
        out = _camera_curve(out, rng) if rng.random() < 0.7 else _film_curve(out, rng)
    if rng.random() < 0.4:
        out = _colour_depth(out, rng) if rng.random() < 0.7 else _wrong_profile(out, rng)
    return np.clip(out, 0.0, 1.0).astype(np.float32)


def misexpose(light: Float32, rng: np.random.Generator) -> Float32:
    """The photo with nothing wrong but its exposure, as often too bright as too dark. Bright
    ones are rare in :func:`degrade`, as they are in life; without more of them the network
    takes a blown sky for a bright scene."""
    result: Float32 = light * np.float32(2.0 ** rng.uniform(-1.75, 1.75))
    return result.clip(0.0, 1.0)


def _sensor(light: Float32, rng: np.random.Generator) -> Float32:
    """Wrong exposure with shot and read noise and a hard clip. Mostly too dark: that is
    what experts' corrections of real photos look like (-0.3 .. +2.2 EV)."""
    ev = float(np.clip(rng.normal(-0.75, 0.85), -2.6, 1.6))
    exposed = light * np.float32(2.0**ev)
    # Electrons at white: few at a high ISO.
    noise = rng.standard_normal(light.shape, dtype=np.float32) * np.float32(rng.uniform(0, 1.5))
    noise *= np.sqrt(exposed * np.float32(2e-4) + np.float32(1e-6))
    result: Float32 = np.clip(exposed + noise, 0.0, 1.0)
    return result


def _illuminant(light: Float32, rng: np.random.Generator) -> Float32:
    """A white balance set for another light, along and off the daylight locus.

    Six in ten are the small misses of an automatic balance; the others are a lamp or a
    shade under the wrong setting, and a few of those a greenish tube. The adaptation is
    Bradford's, or gains on the working channels, as cameras differ in that too.
    """
    if rng.random() < 0.6:
        mired, tint = rng.normal(0.0, 28.0), rng.normal(0.0, 9.0)
    else:
        mired, tint = rng.choice([-1, 1]) * rng.uniform(40, 115), rng.normal(0.0, 10.0)
        if rng.random() < 0.25:
            mired, tint = mired * 0.4, rng.choice([-1, 1], p=[0.75, 0.25]) * rng.uniform(20, 55)
    target, neutral = daylight_xyz(float(mired), float(tint)), daylight_xyz(0, 0)
    rgb_to_xyz = to_xyz("rec2020")
    basis = BRADFORD @ rgb_to_xyz if rng.random() < 0.5 else np.eye(3)
    to_basis = basis @ np.linalg.inv(rgb_to_xyz)
    gains = (to_basis @ target) / (to_basis @ neutral)
    matrix = np.linalg.solve(basis, gains[:, None] * basis)
    matrix /= float(np.array(LUMA) @ matrix.sum(1))  # greys keep their luminance
    result: Float32 = np.clip(light @ matrix.T.astype(np.float32), 0.0, None)
    return result


def _haze(light: Float32, rng: np.random.Generator) -> Float32:
    """Haze: light of the air in front of the scene, thicker towards the top of the frame,
    where it is farther away."""
    top, bottom = np.sort(rng.uniform(0.0, 0.4, 2))[::-1]
    share = np.linspace(top, bottom, light.shape[0], dtype=np.float32)[:, None, None]
    brightest = np.quantile(light[::4, ::4] @ np.array(LUMA, dtype=np.float32), 0.95)
    lit = rng.uniform(0.4, 1.1) * max(float(brightest), 0.05)  # as the scene is
    air = (lit * (1 + rng.normal(0, 0.04, 3))).astype(np.float32)
    result: Float32 = light * (1 - share) + share * air
    return result


def _glare(light: Float32, rng: np.random.Generator) -> Float32:
    """Veiling glare: a share of the scene's own light, scattered evenly over the frame."""
    share = np.float32(rng.uniform(0.03, 0.3))
    result: Float32 = light * (1 - share) + share * light.mean((0, 1), dtype=np.float32)
    return result


def _camera_curve(light: Float32, rng: np.random.Generator) -> Float32:
    """A flat or a harsh tone curve on each channel, as camera profiles have them: a power
    of the odds around middle grey, so that black and white stay."""
    slope = np.float32(np.exp(np.clip(rng.normal(-0.2, 0.28), -0.8, 0.5)))
    pivot = np.float32(np.log(0.18 / (1 - 0.18)))
    inside = np.clip(light, 1e-5, 1 - 1e-5)
    odds = np.log(inside / (1 - inside))
    result: Float32 = 1 / (1 + np.exp(-((odds - pivot) * slope + pivot)))
    return result


def _film_curve(light: Float32, rng: np.random.Generator) -> Float32:
    """A faded look: lifted black, lowered white and a gamma between."""
    gamma = np.float32(np.exp(rng.normal(0.0, 0.15)))
    black, white = np.float32(rng.uniform(0, 0.03)), np.float32(rng.uniform(0.7, 1.0))
    result: Float32 = black + (white - black) * np.clip(light, 0, 1) ** gamma
    return result


def _colour_depth(light: Float32, rng: np.random.Generator) -> Float32:
    """Washed-out or garish colour: a mix with (or away from) luminance in linear light."""
    factor = np.float32(np.exp(np.clip(rng.normal(-0.2, 0.35), -1.0, 0.4)))
    y = (light @ np.array(LUMA, dtype=np.float32))[..., None]
    result: Float32 = np.clip(y + (light - y) * factor, 0, None)
    return result


def _wrong_profile(light: Float32, rng: np.random.Generator) -> Float32:
    """Colour of one space read as another: a file that lost its profile on the way."""
    pairs = (("adobe-rgb", "srgb"), ("display-p3", "srgb"), ("srgb", "display-p3"))
    written, read = pairs[int(rng.integers(len(pairs)))]
    result: Float32 = to_working(from_working(light, written), read).astype(np.float32)
    return result


def as_file(light: Float32, rng: np.random.Generator) -> np.ndarray:
    """Working light as the 8-bit sRGB pixels of a saved file (uint8, same shape): half of
    them JPEGs, from nearly lossless to what a messenger leaves."""
    code = np.clip(from_working(light, "srgb") * 255 + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        return code
    buffer = io.BytesIO()
    Image.fromarray(code).save(buffer, "JPEG", quality=int(rng.integers(45, 97)))
    return np.asarray(Image.open(buffer))
