"""From what a file's numbers mean to one of the named spaces.

Pixels of a space that we have a name for keep their code values. All else (CMYK, grey,
look-up-table profiles, unknown primaries or curves, light as floats) becomes 16-bit
"rec2020", in which nothing that a file can hold is clipped or loses precision.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from model_core.imaging.colour import (
    D50,
    D65,
    SPACES,
    adaptation,
    apply_matrix,
    decode_transfer,
    encode_transfer,
    to_xyz,
    xyz_of,
)
from model_core.imaging.cores import CORES
from model_core.imaging.light import (
    brightest,
    finite_light,
    from_code_points,
    from_floats,
    rolled,
    sample,
    sound,
    to_codes,
)
from model_core.imaging.shape import Coded, by_bands

Float32 = npt.NDArray[np.float32]

#: How a profile names the kind of its pixels (ICC.1:2022, 7.2.6), and lcms the same.
_KINDS = {"RGB": ("RGB ", "rgb"), "L": ("GRAY", "gray"), "CMYK": ("CMYK", "cmyk")}
_WORTH_THREADS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Pixels as a file stores them.

    ``pixels``: (H, W) for kind "L", (H, W, 3) for "RGB" and "LAB" (as TIFF codes it: L over
    the full range, a and b signed), (H, W, 4) for "CMYK" (0 is no ink); uint8, uint16 or
    float32 (not CMYK). ``icc``: the embedded profile. ``code_points``: primaries and
    transfer by ITU-T H.273, for RGB and grey without a profile.
    """

    pixels: npt.NDArray[Any]
    kind: str
    icc: bytes | None
    code_points: tuple[int, int] | None = None


def named_rgb(raster: Raster, assumed: str = "srgb") -> tuple[Coded, str]:
    """RGB code values (H, W, 3) and their space. ``assumed``: of pixels without a profile."""
    profile = _profile(raster.kind, raster.icc)
    if raster.kind == "LAB":
        return by_bands(raster.pixels, _from_lab, np.uint16), "rec2020"
    if profile is not None and raster.pixels.dtype != np.float32 and raster.kind != "CMYK":
        name = _named(profile, raster.kind)
        if name is not None:
            return _as_rgb(raster), name
    if profile is not None and raster.icc is not None:
        converted = _converted(raster, raster.icc)
        # What lcms can read and yet not convert with is no profile.
        return (
            (converted, "rec2020")
            if converted is not None
            else (named_rgb(replace(raster, icc=None), assumed))
        )
    if raster.pixels.dtype == np.float32:
        return from_floats(raster.pixels), "rec2020"
    if raster.code_points is not None and raster.kind in ("RGB", "L"):
        return from_code_points(_as_rgb(raster), *raster.code_points)
    return _as_rgb(raster), assumed if raster.kind == "RGB" else "srgb"


def kept_space(kind: str, icc: bytes | None, assumed: str) -> str | None:
    """The space whose code values pixels of 8 bits, "RGB" or "L", will keep; None where they
    will be converted."""
    profile = _profile(kind, icc)
    if profile is not None:
        return _named(profile, kind)
    return assumed if kind == "RGB" else "srgb"


def _profile(kind: str, icc: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """The profile, unless it is damaged or for another kind of pixels: then it says nothing,
    and the pixels are taken for what other viewers take them."""
    if not icc or kind not in _KINDS:
        return None
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return found if found.profile.xcolor_space == _KINDS[kind][0] else None
    except (OSError, ImageCms.PyCMSError):
        return None


def _as_rgb(raster: Raster) -> Coded:
    """The same numbers as RGB."""
    pixels: Any = raster.pixels
    if raster.kind == "L":
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    elif raster.kind == "CMYK":
        pixels = by_bands(pixels, _without_profile, pixels.dtype)
    return cast(Coded, pixels)


def _without_profile(cmyk: Coded) -> Coded:
    """Ink by ink, as other programs do."""
    full = np.iinfo(cmyk.dtype).max
    light = full - cmyk.astype(np.uint32)
    return cast(Coded, (light[..., :3] * light[..., 3:] // full).astype(cmyk.dtype))


def _named(profile: ImageCms.ImageCmsProfile, kind: str) -> str | None:
    return _grey_space(profile) if kind == "L" else _known_space(profile)


# --- profiles ------------------------------------------------------------------------------


def _known_space(profile: ImageCms.ImageCmsProfile) -> str | None:
    """The space of :data:`SPACES` whose colorants and curve a matrix profile has."""
    names = ("red_colorant", "green_colorant", "blue_colorant")
    if any(getattr(profile.profile, n, None) is None for n in names):
        return None
    # Colorants are XYZ adapted to D50; chromaticities after the same adaptation compare.
    found = np.stack([np.array(getattr(profile.profile, n)[0]) for n in names], axis=1)
    for name in SPACES:
        same = np.abs(found - _d50_colorants(name)).max() < 0.003
        # Same primaries with another curve ("sRGB linear", "Adobe 2.4") must be converted.
        if same and _has_curve_of(profile, "RGB", name):
            return name
    return None


def _grey_space(profile: ImageCms.ImageCmsProfile) -> str | None:
    """The space whose curve a grey profile has; its greys are that space's greys."""
    for name in ("srgb", "adobe-rgb"):
        if _has_curve_of(profile, "L", name):
            return name
    return None


def _has_curve_of(profile: ImageCms.ImageCmsProfile, mode: str, space: str) -> bool:
    """Whether greys mean the same light in the profile as in ``space``, to 2 of 255."""
    code = np.arange(0, 256, 5, dtype=np.uint8)
    ramp = Image.fromarray(code[None, :]).convert(mode)
    try:
        seen = ImageCms.profileToProfile(
            ramp,
            profile,
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except ImageCms.PyCMSError:
        return False
    expected = encode_transfer(decode_transfer(code / 255.0, space), "srgb") * 255.0
    return bool(np.abs(np.asarray(seen)[0, :, 1] - expected).max() < 2.5)


def _d50_colorants(space: str) -> npt.NDArray[np.float64]:
    return adaptation(xyz_of(D65), xyz_of(D50)) @ to_xyz(space)


def _converted(raster: Raster, icc: bytes) -> Coded | None:
    """Through lcms to "rec2020"; None where lcms refuses it."""
    import imagecodecs

    try:
        if raster.pixels.dtype == np.float32:
            # To linear light without a curve that would end at 1.
            finite = replace(raster, pixels=finite_light(raster.pixels))
            light = sound(_transform(finite, icc, _rec2020_profile(linear=True), np.float32))
            top = brightest(sample(light))
            return cast(Coded, by_bands(light, lambda band: rolled(band, top), np.uint16))
        if raster.kind == "L":  # each grey once
            greys = np.arange(np.iinfo(raster.pixels.dtype).max + 1, dtype=raster.pixels.dtype)
            ramp = Raster(greys[None], "L", None)
            table = _transform(ramp, icc, _rec2020_profile(), np.uint16)[0]
            return cast(Coded, table[raster.pixels])
        return _transform(raster, icc, _rec2020_profile(), np.uint16)
    except imagecodecs.CmsError:
        return None


def _transform(raster: Raster, icc: bytes, target: bytes, depth: Any) -> npt.NDArray[Any]:
    import imagecodecs

    pixels = raster.pixels
    out = np.empty((*pixels.shape[:2], 3), depth)
    flags = int(imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION)
    if raster.kind == "L" or (raster.kind == "RGB" and pixels.dtype != np.uint8):
        # lcms would put a table of 33 points between: 2.4 of 255 wrong in the shadows. On
        # 8-bit RGB it has a better shortcut (0.2), and for four inks the table is needed.
        flags |= imagecodecs.CMS.FLAGS.NOOPTIMIZE

    def convert(rows: slice) -> None:
        imagecodecs.cms_transform(
            pixels[rows],
            icc,
            target,
            colorspace=_KINDS[raster.kind][1],
            outcolorspace="rgb",
            out=cast(Any, out[rows]),
            intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
            flags=flags,
        )

    height = pixels.shape[0]
    if pixels.size < _WORTH_THREADS:
        convert(slice(0, height))
    else:
        # One band a thread: making a transform costs as much as a megapixel.
        edges = [height * i // CORES for i in range(CORES + 1)]
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(convert, map(slice, edges[:-1], edges[1:])))
    return out


def linear_rec2020(codes: Coded, icc: bytes) -> Float32:
    """Linear Rec.2020 light (H, W, 3), not clipped, of code values of an RGB profile. Raises
    imagecodecs.CmsError for a profile that lcms refuses."""
    raster = Raster(codes, "RGB", icc)
    return _transform(raster, icc, _rec2020_profile(linear=True), np.float32)


@lru_cache(maxsize=2)
def _rec2020_profile(*, linear: bool = False) -> bytes:
    import imagecodecs

    spec = SPACES["rec2020"]
    curve: dict[str, Any] = {"gamma": 1.0}
    if not linear:
        table = decode_transfer(np.linspace(0, 1, 4096), "rec2020")
        curve = {"transferfunction": table.astype(np.float32)}
    primaries = [v for xy in spec.primaries for v in xy]
    return bytes(
        imagecodecs.cms_profile("rgb", whitepoint=spec.white, primaries=primaries, **curve)
    )


# --- Lab -------------------------------------------------------------------------


def _from_lab(band: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
    """TIFF's CIELAB (D50; TIFF 6.0, section 23) of 8 or 16 bits, or of floats as they are, to
    codes."""
    if band.dtype == np.float32:
        lightness, a, b = np.moveaxis(np.nan_to_num(band.astype(np.float64)), -1, 0)
    else:
        full = np.iinfo(band.dtype).max
        signed = band.view(np.int8 if band.dtype == np.uint8 else np.int16)
        lightness = band[..., 0] * (100.0 / full)
        a, b = (signed[..., i].astype(np.float64) / ((full + 1) / 256) for i in (1, 2))
    fy = (lightness + 16) / 116
    f = np.stack([fy + a / 500, fy, fy - b / 200], axis=-1)
    delta = 6 / 29
    xyz = np.where(f > delta, f**3, 3 * delta**2 * (f - 4 / 29)) * xyz_of(D50)
    to_d65 = adaptation(xyz_of(D50), xyz_of(D65))
    to_rgb = np.linalg.solve(to_xyz("rec2020"), to_d65).astype(np.float64)
    return to_codes(apply_matrix(xyz, to_rgb).clip(0.0, None))
