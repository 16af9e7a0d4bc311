"""Any photo file to upright RGB pixels, full size or reduced.

Pillow reads rendered files, LibRaw (through rawpy) camera raws. Nothing is decoded before
its declared size has been checked, and every fault of a file becomes
:class:`UnreadablePhoto` with one line that names the file and the reason.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from model_core.domain.errors import UnreadablePhoto
from model_core.domain.image import CodedImage, LinearImage, Proxy
from model_core.domain.photo import Photo, PhotoId
from model_core.imaging.colour import (
    BRADFORD,
    D50,
    D65,
    SPACES,
    decode_transfer,
    encode_transfer,
    to_working,
    to_xyz,
    xyz_of,
)

RAW_SUFFIXES = frozenset(
    ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf"
    " .raw .rw2 .rwl .sr2 .srf .srw .x3f".split()
)
RENDERED_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .png .tif .tiff .webp .avif .heic .heif .hif .bmp .gif .jp2 .mpo".split()
)
PHOTO_SUFFIXES = RAW_SUFFIXES | RENDERED_SUFFIXES

#: What Pillow may try: picture formats only, so that no file can start an interpreter.
#: MPO is not among them: Pillow opens it as JPEG, and fails on the name.
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF", "BMP", "GIF", "JPEG2000")

#: Photos with more pixels than this are refused by their declared size. A setting.
max_pixels = 200_000_000

# The limit above is ours and names the file; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None


def photo_id(path: Path) -> PhotoId:
    """The content hash that names a photo wherever it is moved. Raises UnreadablePhoto."""
    with _faults_of(path), path.open("rb") as file:
        return PhotoId(
            hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        )


def decode(path: Path) -> CodedImage:
    """The whole photo, upright. Raises UnreadablePhoto."""
    with _faults_of(path):
        if path.suffix.lower() in RAW_SUFFIXES:
            return CodedImage(*_decode_raw(path, half_size=False))
        with _open(path) as image:
            return CodedImage(*_pixels(image, path))


def decode_proxy(path: Path, long_side: int) -> tuple[Photo, Proxy]:
    """A copy whose long side is ``long_side`` (or the photo's, if smaller), and what is
    known of the file. JPEG is scaled down by its decoder. Raises UnreadablePhoto."""
    identity = photo_id(path)
    with _faults_of(path):
        if path.suffix.lower() in RAW_SUFFIXES:
            pixels, space = _decode_raw(path, half_size=True)
            image = _shrink16(pixels, long_side)
            photo = _describe_raw(path, identity)
            return photo, Proxy(image, space)
        with _open(path) as opened:
            photo = _describe(opened, path, identity)
            if opened.format == "JPEG":
                # Twice the wanted size keeps the final reduction free of artefacts.
                opened.draft("RGB", (long_side * 2, long_side * 2))
            pixels8, space = _pixels(opened, path, long_side)
            return photo, Proxy(pixels8, space)


def to_linear(image: CodedImage) -> LinearImage:
    """Code values to working light (float32)."""
    full = np.iinfo(image.pixels.dtype).max
    code = image.pixels.astype(np.float32) / np.float32(full)
    return LinearImage(to_working(code, image.space).astype(np.float32, copy=False))


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    """Turns what goes wrong while reading ``path`` into UnreadablePhoto."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of oddities that it then handles
            yield
    except UnreadablePhoto:
        raise
    except FileNotFoundError:
        raise UnreadablePhoto(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UnreadablePhoto(f"{path}: is a folder, not a photo") from None
    except PermissionError:
        raise UnreadablePhoto(f"{path}: may not be read (permission denied)") from None
    except UnidentifiedImageError:
        raise UnreadablePhoto(f"{path}: is not a picture that imgtune can read") from None
    except MemoryError:
        raise UnreadablePhoto(f"{path}: does not fit into memory") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        ArithmeticError,
        AttributeError,
        AssertionError,
        RuntimeError,
        struct.error,
    ) as error:
        # Decoders raise nearly anything on a damaged file; none of it is our bug.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UnreadablePhoto(f"{path}: is damaged or cut off ({reason})") from error


def _open(path: Path) -> Image.Image:
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadablePhoto(f"{path}: is empty (0 bytes)")
    if path.suffix.lower() in {".heic", ".heif", ".hif"}:
        import pillow_heif  # registers a decoder; costs start-up time, so only when needed

        pillow_heif.register_heif_opener()
    Image.init()  # registers the formats; HEIF and AVIF are not in every build
    image = Image.open(path, formats=[f for f in _FORMATS if f in Image.OPEN])
    _refuse_bomb(path, image.width, image.height)
    return image


def _refuse_bomb(path: Path, width: int, height: int) -> None:
    if width * height > max_pixels:
        raise UnreadablePhoto(
            f"{path}: declares {width} x {height} pixels, over the limit of "
            f"{max_pixels / 1e6:.0f} megapixels"
        )
    if width < 1 or height < 1:
        raise UnreadablePhoto(f"{path}: declares a size of {width} x {height} pixels")


def _pixels(
    image: Image.Image, path: Path, long_side: int | None = None
) -> tuple[npt.NDArray[np.uint8], str]:
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    rgb, space = _to_rgb(upright, profile)
    if long_side is not None and max(rgb.size) > long_side:
        rgb = rgb.resize(
            fit_size(rgb.width, rgb.height, long_side),
            Image.Resampling.BOX if max(rgb.size) > 4 * long_side else Image.Resampling.LANCZOS,
        )
    return np.ascontiguousarray(rgb), space


def fit_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The size with the same shape whose long side is exactly ``long_side``."""
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _to_rgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """8-bit RGB and the space it is coded in, from any mode and profile."""
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        image = _grey8(image)
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    if image.mode == "P":
        image = image.convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        return _through_profile(image, profile)
    return image.convert("RGB"), "srgb"


def _grey8(image: Image.Image) -> Image.Image:
    """Deep grey to 8 bits by its own range (Pillow would clip at 255)."""
    data = np.asarray(image, dtype=np.float64)
    data = np.nan_to_num(data, nan=0.0, posinf=0.0, neginf=0.0)
    if image.mode == "F" or data.max(initial=0) > 65535:
        top = max(float(data.max(initial=0)), 1e-12)
    else:
        top = 65535.0 if data.max(initial=0) > 255 or image.mode.startswith("I;16") else 255.0
    return Image.fromarray(np.clip(data / top * 255 + 0.5, 0, 255).astype(np.uint8))


def _through_profile(image: Image.Image, icc: bytes) -> tuple[Image.Image, str]:
    """Keeps pixels of a known RGB space as they are; converts all else to sRGB."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (OSError, ImageCms.PyCMSError):
        return image.convert("RGB"), "srgb"  # a damaged profile: what other viewers assume
    if image.mode == "RGB" and (known := _known_space(profile)):
        return image, known
    try:
        converted = ImageCms.profileToProfile(
            image,
            profile,
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB"), "srgb"  # a profile for another kind of pixels
    assert converted is not None
    return converted, "srgb"


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
        if name != "rec2020" and same and _has_curve_of(profile, name):
            return name
    return None


def _has_curve_of(profile: ImageCms.ImageCmsProfile, space: str) -> bool:
    """Whether greys mean the same light in the profile as in ``space``, to 2 of 255."""
    code = np.arange(0, 256, 5, dtype=np.uint8)
    ramp = Image.fromarray(np.repeat(code[None, :, None], 3, axis=2))
    try:
        seen = ImageCms.profileToProfile(
            ramp, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return False
    expected = encode_transfer(decode_transfer(code / 255.0, space), "srgb") * 255.0
    return bool(np.abs(np.asarray(seen)[0, :, 1] - expected).max() < 2.5)


def _d50_colorants(space: str) -> npt.NDArray[np.float64]:
    scale = (BRADFORD @ xyz_of(D50)) / (BRADFORD @ xyz_of(D65))
    result: npt.NDArray[np.float64] = (
        np.linalg.inv(BRADFORD) @ np.diag(scale) @ BRADFORD @ to_xyz(space)
    )
    return result


def _describe(image: Image.Image, path: Path, identity: PhotoId) -> Photo:
    exif = image.getexif()
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    width, height = image.size
    # Pillow gives the size of a TIFF as it will be when upright; of all else as it is stored.
    if image.format != "TIFF" and exif.get(ExifTags.Base.Orientation) in (5, 6, 7, 8):
        width, height = height, width
    return Photo(
        path=path,
        id=identity,
        width=width,
        height=height,
        captured_at=_timestamp(
            detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        ),
        camera=_text(exif.get(ExifTags.Base.Model)),
        iso=_number(detail.get(ExifTags.Base.ISOSpeedRatings)),
    )


def _timestamp(value: Any) -> str | None:
    """EXIF ``2024:05:01 10:20:30`` to ISO 8601; None for blanks and nonsense."""
    text = _text(value) or ""
    date, _, clock = text.partition(" ")
    parts = date.replace("-", ":").split(":")
    if len(parts) != 3 or not all(p.isdigit() for p in parts) or int(parts[0]) == 0:
        return None
    return "-".join(parts) + (f"T{clock[:8]}" if clock else "")


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).strip("\x00 ") or None if value is not None else None


def _number(value: Any) -> float | None:
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    try:
        return float(value) if value is not None else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _decode_raw(path: Path, *, half_size: bool) -> tuple[npt.NDArray[np.uint16], str]:
    """Camera raw through LibRaw, as-shot white balance, coded as "rec2020" (already upright)."""
    import rawpy

    with _raw_faults(path), rawpy.imread(str(path)) as raw:
        _refuse_bomb(path, raw.sizes.width, raw.sizes.height)
        pixels = raw.postprocess(
            use_camera_wb=True,
            half_size=half_size,
            no_auto_bright=True,
            output_bps=16,
            gamma=(2.4, 12.92),
            output_color=rawpy.ColorSpace.Rec2020,
        )
    return np.ascontiguousarray(pixels), "rec2020"


def _describe_raw(path: Path, identity: PhotoId) -> Photo:
    import rawpy

    with _raw_faults(path), rawpy.imread(str(path)) as raw:
        width, height = raw.sizes.width, raw.sizes.height
        if raw.sizes.flip & 4:  # LibRaw: mirrored along the diagonal, among others
            width, height = height, width
        kelvin = _as_shot_kelvin(
            raw.camera_whitebalance, raw.daylight_whitebalance, raw.color_matrix
        )
    return Photo(path=path, id=identity, width=width, height=height, as_shot_kelvin=kelvin)


def _as_shot_kelvin(as_shot: Any, daylight: Any, camera_to_srgb: Any) -> float | None:
    """Correlated colour temperature of the light the camera took for white, or None.

    The camera's neutral is the reciprocal of its multipliers; balanced for daylight, LibRaw's
    matrix takes it to linear sRGB; McCamy (1992) gives the temperature of that chromaticity.
    """
    gains, day = (np.asarray(m, np.float64)[:3] for m in (as_shot, daylight))
    if not (np.isfinite([gains, day]).all() and (gains > 0).all() and (day > 0).all()):
        return None
    srgb = np.asarray(camera_to_srgb, np.float64)[:, :3] @ (day / gains)
    xyz = to_xyz("srgb") @ srgb
    if not np.isfinite(xyz).all() or xyz.sum() <= 0:
        return None
    x, y = xyz[:2] / xyz.sum()
    n = (x - 0.3320) / (0.1858 - y)
    kelvin = float(449.0 * n**3 + 3525.0 * n**2 + 6823.3 * n + 5520.33)
    return round(kelvin, -1) if 1_500 < kelvin < 50_000 else None


@contextmanager
def _raw_faults(path: Path) -> Iterator[None]:
    import rawpy

    try:
        yield
    except rawpy.LibRawError as error:
        reason = error.args[0] if error.args else error
        if isinstance(reason, bytes):
            reason = reason.decode("utf-8", "replace")
        raise UnreadablePhoto(
            f"{path}: is not a camera raw that LibRaw can read ({reason})"
        ) from None


def _shrink16(pixels: npt.NDArray[np.uint16], long_side: int) -> npt.NDArray[np.uint16]:
    """Reduces 16-bit RGB, one channel at a time since Pillow has no 16-bit colour."""
    height, width = pixels.shape[:2]
    if max(height, width) <= long_side:
        return pixels
    size = fit_size(width, height, long_side)
    planes = [
        np.asarray(
            Image.fromarray(pixels[..., c].astype(np.float32)).resize(size, Image.Resampling.BOX)
        )
        for c in range(3)
    ]
    return np.ascontiguousarray(np.clip(np.stack(planes, -1) + 0.5, 0, 65535).astype(np.uint16))
