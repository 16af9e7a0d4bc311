"""What a screen shows, from its ICC profile: its primaries, and its curves sampled.

The screen's space is one more target that the look is baked to, so that showing the right
colours costs a moving slider nothing. Profiles that are look-up tables are sampled, too: a
screen is three lights that add up, whatever its profile is made of.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import ImageCms

from model_core.domain.errors import UnusableProfile
from model_core.imaging.colour import (
    D65,
    SCREENS,
    ColourSpace,
    decode_transfer,
    to_xyz,
)
from model_core.imaging.profiles import linear_rec2020

_STEPS = 1024
_SAME = 0.004  # of light: less than half of a step of 255 of a bright colour
_FAINTEST = 1e-9  # keeps the curves rising where a screen shows black for several codes


@dataclass(frozen=True, slots=True)
class Screen:
    """``space``: what to render to. ``label``: what the profile calls itself."""

    space: str = "srgb"
    label: str = "sRGB"


def screen_of(icc: bytes) -> Screen:
    """The screen that an ICC profile describes. Raises UnusableProfile."""
    label = _label(icc)
    light = _light(icc)
    top = light[:, -1]  # (3, 3): each channel alone at full, in linear Rec.2020
    white = top.sum(axis=0)
    if np.linalg.matrix_rank(top, tol=1e-3) < 3 or not (white > 0.5).all():
        raise UnusableProfile(f"{label}: not the profile of a screen; choose another")
    along = np.einsum("csk,ck->cs", light, top) / (top**2).sum(axis=1)[:, None]
    curves = np.maximum.accumulate(along.clip(0.0, 1.0), axis=1)
    curves = curves + np.linspace(0.0, _FAINTEST, _STEPS)
    curves = (curves - curves[:, :1]) / (curves[:, -1:] - curves[:, :1])
    xyz = to_xyz("rec2020") @ (top / white).T
    points = [
        (float(x / s), float(y / s)) for x, y, s in zip(*xyz[:2], xyz.sum(axis=0), strict=True)
    ]
    space = ColourSpace(label, (points[0], points[1], points[2]), D65, curves=curves)
    if _is_srgb(xyz, curves):
        return Screen("srgb", label)
    name = f"screen-{hashlib.blake2b(icc, digest_size=8).hexdigest()}"
    SCREENS[name] = space
    return Screen(name, label)


def _label(icc: bytes) -> str:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if profile.profile.xcolor_space != "RGB ":
            raise UnusableProfile("This profile is not of a screen (not RGB); choose another")
        return (ImageCms.getProfileDescription(profile) or "").strip() or "ICC"
    except (OSError, ImageCms.PyCMSError):
        raise UnusableProfile("This file is no ICC profile; choose another") from None


def _light(icc: bytes) -> npt.NDArray[np.float64]:
    """(3, steps, 3): linear Rec.2020 light of each channel alone, less that of black."""
    import imagecodecs

    codes = np.zeros((3, _STEPS, 3), np.uint16)
    for channel in range(3):
        codes[channel, :, channel] = np.linspace(0, 65535, _STEPS).round()
    try:
        light = linear_rec2020(codes, icc).astype(np.float64)
    except imagecodecs.CmsError:
        raise UnusableProfile(f"{_label(icc)}: cannot be used; choose another") from None
    return light - light[:, :1]


def _is_srgb(xyz: npt.NDArray[np.float64], curves: npt.NDArray[np.float64]) -> bool:
    code = np.linspace(0.0, 1.0, _STEPS)
    same_light = np.abs(curves - decode_transfer(code, "srgb")).max() < _SAME
    return bool(same_light and np.abs(xyz - to_xyz("srgb")).max() < _SAME)
