"""Photos "as a camera might have left them": labelled bad versions of the bundled samples.

    python -m model_core.variants     writes those that ship to assets/samples

Everything acts on scene-linear light, with operators that are not the sliders.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from model_core.assets import assets_dir
from model_core.domain.image import Float32
from model_core.imaging.colour import LUMA, from_working, to_xyz
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.imaging.steps.white_balance import daylight_xyz

_EXIF_TIME = "%Y:%m:%d %H:%M:%S"


def exposed(stops: float) -> Callable[[Float32], Float32]:
    """A wrong exposure; what goes over white is clipped."""
    return lambda light: np.clip(light * np.float32(2.0**stops), 0, 1)


def lit(mired: float, tint: float) -> Callable[[Float32], Float32]:
    """A white balance set for another light: the channels of linear Rec.2020 are scaled."""
    ratio = np.linalg.solve(to_xyz("rec2020"), daylight_xyz(mired, tint))
    gain = (ratio / (ratio @ np.array(LUMA))).astype(np.float32)
    return lambda light: np.clip(light * gain, 0, 1)


def flat(light: Float32) -> Float32:
    """A veil of scattered light and a soft camera curve."""
    veiled = light * np.float32(0.82) + np.float32(0.05)
    return np.clip(veiled ** np.float32(0.85), 0, 1)


def dull(light: Float32) -> Float32:
    """Half of the colour gone."""
    y = (light @ np.array(LUMA, dtype=np.float32))[..., None]
    return (y + (light - y) * np.float32(0.5)).astype(np.float32)


#: Label -> how the camera failed.
VARIANTS: dict[str, Callable[[Float32], Float32]] = {
    "under-exposed": exposed(-1.5),
    "over-exposed": exposed(0.8),
    "warm cast": lit(45, 0),
    "cool cast": lit(-40, 0),
    "green cast": lit(0, -30),
    "flat": flat,
    "dull": dull,
}

#: The variants that ship: enough for a first look at what the program does.
SHIPPED = (
    ("otters", "under-exposed"), ("casa-mila", "flat"), ("kitten", "cool cast"),
    ("piazza", "warm cast"), ("colosseum", "dull"), ("mountain-lake", "under-exposed"),
)  # fmt: skip


def variant(photo: Path, label: str, long_side: int) -> npt.NDArray[np.uint8]:
    """8-bit sRGB pixels of ``photo`` as that camera would have left it."""
    light = to_linear(decode_proxy(photo, long_side)[1]).pixels
    code = from_working(VARIANTS[label](light), "srgb")
    pixels: npt.NDArray[np.uint8] = np.clip(code * 255 + 0.5, 0, 255).astype(np.uint8)
    return pixels


def write_variant(photo: Path, label: str, target: Path, long_side: int, minutes: int = 0) -> None:
    """Writes a variant as a JPEG that keeps the photo's EXIF, taken that many minutes later."""
    exif = exif_later(photo, minutes)
    pixels = variant(photo, label, long_side)
    Image.fromarray(pixels).save(target, "JPEG", quality=90, exif=exif)


def exif_later(photo: Path, minutes: int) -> bytes:
    """The EXIF of a photo with its capture time, where it has one, moved on."""
    with Image.open(photo) as original:
        exif = original.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    taken = details.get(ExifTags.Base.DateTimeOriginal)
    if minutes and isinstance(taken, str):
        later = datetime.strptime(taken, _EXIF_TIME) + timedelta(minutes=minutes)
        details[ExifTags.Base.DateTimeOriginal] = later.strftime(_EXIF_TIME)
    return exif.tobytes()


def main() -> None:
    """Writes the shipped variants beside the samples and lists them in the manifest."""
    folder = assets_dir() / "samples"
    manifest = folder / "manifest.csv"
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (folder / r["file"]).exists()]
    rows = [r for r in rows if "(" not in r["file"]]
    for name, label in SHIPPED:
        original = next(r for r in rows if r["file"] == f"{name}.jpg")
        target = folder / f"{name} ({label}).jpg"
        write_variant(folder / original["file"], label, target, 1600)
        with Image.open(target) as image:
            width, height = image.size
        note = f"made from {original['file']} by model_core/variants.py, {label}"
        rows.append(original | {
            "file": target.name, "width": str(width), "height": str(height), "attribution": note,
        })  # fmt: skip
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
