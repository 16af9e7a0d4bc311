"""Camera raws through LibRaw: as-shot white balance, scene-linear, coded as "rec2020".

LibRaw's defaults that look at the picture itself are off, so that the same light is the same
number in every frame of a shoot: no automatic brightness, and no white point lowered to the
brightest pixel (``adjust_maximum_thr``). Highlights are clipped where the first channel is
full: white stays white and nothing turns magenta.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.domain.errors import UnreadablePhoto
from model_core.domain.image import CodedImage
from model_core.domain.photo import Photo, PhotoId
from model_core.imaging.colour import decode_transfer, to_xyz
from model_core.imaging.describe import exif_facts, number
from model_core.imaging.faults import decoder_faults, quiet_c_library, refuse_bomb
from model_core.imaging.kind import is_dng
from model_core.imaging.light import rolled, to_codes
from model_core.imaging.rendered import jpeg_picture
from model_core.imaging.shape import Coded, by_bands, shrink, upright
from model_core.imaging.steps.exposure import KNEE

if TYPE_CHECKING:
    import rawpy

#: LibRaw's flip (bits: 1 mirrored left-right, 2 upside down, 4 along the diagonal) -> EXIF.
_EXIF_OF_FLIP = (1, 2, 4, 3, 5, 8, 6, 7)
_BASELINE_EXPOSURE, _MOST_STOPS = 50730, 5.0
_TINT_UNITS = 3000.0  # a step across the locus in CIE 1960 uv, as in the DNG specification


class RawFile:
    """An open camera raw, its declared size checked and nothing decoded yet."""

    def __init__(self, path: Path, raw: rawpy.RawPy) -> None:
        self.path, self._raw = path, raw
        self.orientation = _EXIF_OF_FLIP[raw.sizes.flip & 7]
        self._margins = _upright_margins(_margins(path, raw.sizes), self.orientation)
        size = raw.sizes.width, raw.sizes.height
        width, height = size[::-1] if self.orientation >= 5 else size
        left, top, right, bottom = self._margins
        self.width, self.height = width - left - right, height - top - bottom

    def picture(self, long_side: int | None = None, *, halved: bool = False) -> CodedImage:
        """The upright picture, whole, with that long side, or ``halved``: 16 bits. Raises
        UnreadablePhoto."""
        import rawpy

        enough = long_side is not None and max(self.width, self.height) // 2 >= long_side
        with _raw_faults(self.path):
            self._raw.unpack()
            pixels: npt.NDArray[np.uint16] = self._raw.postprocess(
                use_camera_wb=True,
                half_size=halved or enough,
                no_auto_bright=True,
                adjust_maximum_thr=0.0,
                highlight_mode=rawpy.HighlightMode.Clip,
                output_bps=16,
                gamma=(2.4, 12.92),
                output_color=rawpy.ColorSpace.Rec2020,
                user_sat=self._white(),
            )
        pixels = self._cropped(pixels)
        # Cameras that see no colours give one channel.
        pixels = np.ascontiguousarray(np.repeat(pixels, 3 // pixels.shape[2], axis=2))
        small = pixels if long_side is None else shrink(pixels, long_side)
        return CodedImage(_brighter(small, self._baseline()), "rec2020")

    def _cropped(self, pixels: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
        """What is to be shown of the sensor's upright picture, which may be halved (LibRaw does
        not halve all that it is asked to)."""
        left, top, right, _ = self._margins
        scale = 2 if pixels.shape[1] < left + self.width + right else 1
        width, height = (-(-side // scale) for side in (self.width, self.height))
        left, top = left // scale, top // scale
        return pixels[top : top + height, left : left + width]

    def _baseline(self) -> float:
        """The exposure in stops that a DNG wants to be shown with (DNG specification,
        BaselineExposure): some cameras expose for highlights. LibRaw does not apply it."""
        if not is_dng(self.path):
            return 0.0
        stops = number(self._tags().get(_BASELINE_EXPOSURE))
        sane = stops is not None and math.isfinite(stops) and abs(stops) <= _MOST_STOPS
        return stops if stops is not None and sane else 0.0

    def _tags(self) -> Image.Exif:
        """Of the TIFF structure that most raws have; none where there is none."""
        exif = Image.Exif()
        try:
            with self.path.open("rb") as file:
                exif.load_from_fp(file)
                exif.get(_BASELINE_EXPOSURE)  # is parsed only now
        except Exception:  # Pillow's parser, on what may not be TIFF at all
            return Image.Exif()
        return exif

    def _white(self) -> int | None:
        """The number of white where LibRaw has it wrong (None: it has not): with all channels of
        each pixel it takes black away from the numbers, and not from white."""
        import rawpy

        black = self._raw.black_level_per_channel
        full = self._raw.raw_type == rawpy.RawType.Stack and self._raw.num_colors == 3
        if not full or len(set(black[:3])) > 1 or not black[0] or black[3]:
            return None
        return int(self._raw.white_level - black[0])

    def describe(self, identity: PhotoId) -> Photo:
        """What the camera noted: time, camera, ISO and the light it took for white."""
        with _raw_faults(self.path):
            noted, other = self._exif_facts(), self._raw.other
            kelvin, tint = (
                (None, None)
                if self._raw.num_colors == 1
                else as_shot_white(
                    self._raw.camera_whitebalance,
                    self._raw.daylight_whitebalance,
                    self._raw.color_matrix,
                )
            )
        iso = other.iso_speed if math.isfinite(other.iso_speed) and other.iso_speed > 0 else None
        return Photo(
            path=self.path,
            id=identity,
            width=self.width,
            height=self.height,
            captured_at=noted.get("captured_at") or _local_time(other.timestamp),
            camera=noted.get("camera"),
            iso=noted.get("iso") or iso,
            as_shot_kelvin=kelvin,
            as_shot_tint=tint,
        )

    def preview(self, long_side: int) -> CodedImage | None:
        """The JPEG or bitmap that the camera put into the file, upright, with that long side;
        None where there is none as large as that, or none that can be read."""
        import rawpy

        try:
            with quiet_c_library():
                thumb = self._raw.extract_thumb()
        except rawpy.LibRawError:
            return None
        if thumb.format == rawpy.ThumbFormat.JPEG:
            image = jpeg_picture(thumb.data, long_side)
        else:
            image = CodedImage(np.ascontiguousarray(thumb.data))
        if image is None or max(image.width, image.height) < long_side:
            return None
        small = shrink(image.pixels, long_side)
        return CodedImage(upright(small, self._turn_of(image)), image.space)

    def _turn_of(self, image: CodedImage) -> int:
        """Previews are stored as the sensor saw them, with few exceptions that show by their
        shape: they stand already as the photo does."""
        stands = self.width < self.height
        turned = self.orientation >= 5 and self.width != self.height
        already = turned and (image.width < image.height) == stands
        return 1 if already else self.orientation

    def _exif_facts(self) -> dict[str, Any]:
        """From the TIFF structure that most raws have; else from the preview's EXIF, which
        LibRaw writes itself where the camera left it out."""
        import rawpy

        exif = Image.Exif()
        try:
            with self.path.open("rb") as file:
                exif.load_from_fp(file)
                return exif_facts(exif)
        except Exception:  # Pillow's parser, on what may not be TIFF at all
            pass
        try:
            thumb = self._raw.extract_thumb()
            if thumb.format == rawpy.ThumbFormat.JPEG:
                with Image.open(io.BytesIO(thumb.data), formats=["JPEG"]) as image:
                    return exif_facts(image.getexif())
        except Exception:  # no preview, or a damaged one: then nothing is known
            pass
        return {}


def _margins(path: Path, sizes: Any) -> tuple[int, int, int, int]:
    """What a DNG wants left out around what the sensor saw (DNG specification, DefaultCropOrigin
    and DefaultCropSize): left, top, right, bottom, as stored. LibRaw reads it and shows all."""
    if sizes.pixel_aspect != 1 or not is_dng(path):
        return 0, 0, 0, 0
    left = sizes.crop_left_margin - sizes.left_margin
    top = sizes.crop_top_margin - sizes.top_margin
    right = sizes.width - left - sizes.crop_width
    bottom = sizes.height - top - sizes.crop_height
    sane = sizes.crop_width > 0 < sizes.crop_height and min(left, top, right, bottom) >= 0
    return (left, top, right, bottom) if sane else (0, 0, 0, 0)


def _upright_margins(
    margins: tuple[int, int, int, int], orientation: int
) -> tuple[int, int, int, int]:
    """Turned as ``upright`` turns pixels."""
    left, top, right, bottom = margins
    if orientation >= 5:
        left, top, right, bottom = top, left, bottom, right
    if orientation in (3, 4, 7, 8):
        top, bottom = bottom, top
    if orientation in (2, 3, 6, 7):
        left, right = right, left
    return left, top, right, bottom


def _brighter(pixels: Coded, stops: float) -> Coded:
    """16-bit codes of "rec2020" with their light times 2**stops; over white it is rolled off."""
    if stops == 0:
        return pixels
    gain = 2.0**stops
    light = (decode_transfer(np.linspace(0, 1, 65536), "rec2020") * gain).astype(np.float32)
    table = to_codes(light)
    knee = int(np.searchsorted(light, KNEE)) if gain > 1 else 65536

    def convert(band: Coded) -> npt.NDArray[np.uint16]:
        out = table[band]
        bright = band.max(axis=2) >= knee  # only there the shoulder changes anything
        out[bright] = rolled(light[band[bright]], gain)
        return out

    return cast(Coded, by_bands(pixels, convert, np.uint16))


@contextmanager
def opened_raw(path: Path, max_pixels: int) -> Iterator[RawFile]:
    """The file, its declared size checked. Raises UnreadablePhoto."""
    import rawpy

    with path.open("rb") as file:  # LibRaw would not say why it cannot be opened
        if not file.read(1):
            raise UnreadablePhoto(f"{path}: is empty (0 bytes)")
    with rawpy.RawPy() as raw:
        with _raw_faults(path):
            raw.open_file(str(path))
        refuse_bomb(path, raw.sizes.width, raw.sizes.height, max_pixels)
        yield RawFile(path, raw)


@contextmanager
def _raw_faults(path: Path) -> Iterator[None]:
    import rawpy

    with decoder_faults(path), quiet_c_library():
        try:
            yield
        except rawpy.LibRawError as error:
            reason = error.args[0] if error.args else error
            if isinstance(reason, bytes):
                reason = reason.decode("utf-8", "replace")
            raise UnreadablePhoto(
                f"{path}: is not a camera raw that LibRaw can read ({reason})"
            ) from None


def _local_time(when: datetime) -> str | None:
    """LibRaw's clock as the camera wrote it; it says the epoch where it knows nothing."""
    return when.isoformat() if when != datetime.fromtimestamp(0) else None


def as_shot_white(
    as_shot: Any, daylight: Any, camera_to_srgb: Any
) -> tuple[float | None, float | None]:
    """Colour temperature (K) and tint of the light the camera took for white, or None.

    The camera's neutral is the reciprocal of its multipliers; balanced for daylight, LibRaw's
    matrix takes it to linear sRGB. Tint is the distance from the Planckian locus in CIE 1960
    uv, 3000 units to 1, positive for greener light, as raw converters show it.
    """
    gains, day = (np.asarray(m, np.float64)[:3] for m in (as_shot, daylight))
    if not (np.isfinite([gains, day]).all() and (gains > 0).all() and (day > 0).all()):
        return None, None
    srgb = np.asarray(camera_to_srgb, np.float64)[:, :3] @ (day / gains)
    x, y, z = to_xyz("srgb") @ srgb
    total = x + 15 * y + 3 * z
    if not math.isfinite(total) or min(x, y, z) <= 0:
        return None, None
    offset = np.array([4 * x / total, 6 * y / total]) - _LOCUS
    distance = np.hypot(*offset.T)
    nearest = int(distance.argmin())
    if nearest in (0, len(_LOCUS) - 1) or distance[nearest] > 0.1:
        return None, None
    greener = 1.0 if offset[nearest, 1] > 0 else -1.0
    kelvin = round(1e6 / _MIRED[nearest], -1)
    return float(kelvin), round(float(greener * distance[nearest] * _TINT_UNITS), 0)


def _planckian_uv(kelvin: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Krystek (1985), "An algorithm to calculate correlated colour temperature": CIE 1960 uv
    of a black body, to 0.0001 from 1,000 to 15,000 K."""
    k, k2 = kelvin, kelvin * kelvin
    u = (0.860117757 + 1.54118254e-4 * k + 1.28641212e-7 * k2) / (
        1 + 8.42420235e-4 * k + 7.08145163e-7 * k2
    )
    v = (0.317398726 + 4.22806245e-5 * k + 4.20481691e-8 * k2) / (
        1 - 2.89741816e-5 * k + 1.61456053e-7 * k2
    )
    return np.stack([u, v], axis=-1)


_MIRED = np.arange(30.0, 700.0, 0.5)
_LOCUS = _planckian_uv(1e6 / _MIRED)
