"""How a finished photo is to be written: one frozen value, checked when it is made.

The command line, the export dialog and its presets all make one of these; nothing below
them asks again whether it makes sense.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from model_core.domain.develop import DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.geometry import Geometry


@dataclass(frozen=True, slots=True)
class FileFormat:
    """``max_side``: what a side can have in pixels, and ``max_pixels`` a picture, so that others
    can read it. ``lossy``: quality matters."""

    label: str
    suffixes: tuple[str, ...]  # the first is the one we write
    depths: tuple[int, ...]
    lossy: bool
    max_side: int
    max_pixels: int = 1 << 32


FORMATS: dict[str, FileFormat] = {
    "jpeg": FileFormat("JPEG", (".jpg", ".jpeg", ".jpe"), (8,), True, 65_500),
    "png": FileFormat("PNG", (".png",), (8, 16), False, 1_000_000),
    "tiff": FileFormat("TIFF", (".tif", ".tiff"), (8, 16), False, 1_000_000),
    "webp": FileFormat("WebP", (".webp",), (8,), True, 16_383),
    "avif": FileFormat(
        "AVIF", (".avif",), (8,), True, 32_768, 1 << 28
    ),  # of libavif, as most read it
}

#: Output profile -> what it is called.
PROFILES: dict[str, str] = {
    "srgb": "sRGB",
    "display-p3": "Display P3",
    "adobe-rgb": "Adobe RGB (1998)",
    "prophoto": "ProPhoto RGB",
}

SHARPENING = ("none", "low", "standard", "high")
MEDIA = ("screen", "glossy", "matte")
METADATA = ("all", "copyright", "none")


class OnCollision(StrEnum):
    """What to do where a file of the wanted name exists."""

    UNIQUE = "unique"  # name-2, name-3, ...
    SKIP = "skip"
    OVERWRITE = "overwrite"  # only what imgtune itself has exported


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """One way of writing files. Raises CannotWrite for what makes no sense.

    ``quality`` (1..100) matters for lossy formats. At most one of ``long_side`` (pixels),
    ``fit`` (width and height of a box, pixels) and ``megapixels`` sets the size; photos that
    are smaller stay as they are unless ``enlarge``. ``sharpen`` (of SHARPENING) is for
    ``sharpen_for`` (of MEDIA). ``profile``: a key of PROFILES. ``metadata``: of METADATA;
    ``location`` False leaves out where the photo was taken; ``copyright`` is the user's own
    line and replaces the photo's.
    """

    format: str = "jpeg"
    quality: int = 92
    long_side: int | None = None
    depth: int = 8
    fit: tuple[int, int] | None = None
    megapixels: float | None = None
    enlarge: bool = False
    sharpen: str = "none"
    sharpen_for: str = "screen"
    profile: str = "srgb"
    metadata: str = "all"
    location: bool = True
    copyright: str = ""

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.format, FORMATS, "cannot write"),
            (self.profile, PROFILES, "there is no output profile"),
            (self.sharpen, SHARPENING, "there is no sharpening"),
            (self.sharpen_for, MEDIA, "there is no sharpening for"),
            (self.metadata, METADATA, "there is no choice of metadata"),
        ):
            if value not in known:
                raise CannotWrite(f"{what} {value!r}; known: {', '.join(known)}")
        if not 1 <= self.quality <= 100:
            raise CannotWrite(f"quality {self.quality} is not within 1 .. 100")
        self._check_depth()
        self._check_size()

    def _check_depth(self) -> None:
        depths = FORMATS[self.format].depths
        if self.depth in depths:
            return
        deep = [f.label for f in FORMATS.values() if self.depth in f.depths]
        remedy = f"; {' and '.join(deep)} can" if deep else ""
        label = FORMATS[self.format].label
        raise CannotWrite(f"{label} cannot hold {self.depth} bits a channel{remedy}")

    def _check_size(self) -> None:
        given = [s for s in (self.long_side, self.fit, self.megapixels) if s is not None]
        if len(given) > 1:
            raise CannotWrite("give one of long side, fit and megapixels, not several")
        if self.long_side is not None and self.long_side < 1:
            raise CannotWrite(f"a long side of {self.long_side} pixels is not possible")
        if self.fit is not None and min(self.fit) < 1:
            raise CannotWrite(f"a box of {self.fit[0]} x {self.fit[1]} pixels is not possible")
        if self.megapixels is not None and not 0 < self.megapixels < 10_000:
            raise CannotWrite(f"{self.megapixels} megapixels are not possible")

    @property
    def suffix(self) -> str:
        return FORMATS[self.format].suffixes[0]

    @property
    def advice(self) -> str:
        """What is allowed but seldom wanted, as one line; empty when there is nothing."""
        if self.profile == "prophoto" and self.depth == 8:
            return "ProPhoto RGB at 8 bits shows bands in skies; write 16 bits (TIFF or PNG)"
        return ""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The size in pixels of the copy of a ``width`` x ``height`` photo. A stated side is
        met exactly, and the shape kept to the nearest pixel."""
        if self.long_side is not None:
            scale = self.long_side / max(width, height)
        elif self.fit is not None:
            scale = min(self.fit[0] / width, self.fit[1] / height)
        elif self.megapixels is not None:
            scale = (self.megapixels * 1e6 / (width * height)) ** 0.5
        else:
            return width, height
        if scale >= 1 and not self.enlarge:
            return width, height
        return max(1, round(width * scale)), max(1, round(height * scale))


def format_of(path: Path) -> str | None:
    """The format that a file's name asks for; None when it is none of ours."""
    suffix = path.suffix.lower()
    return next((name for name, f in FORMATS.items() if suffix in f.suffixes), None)


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One photo of a batch. ``settings`` None: as the style would develop it; ``geometry``
    None: as the catalog has it; ``number`` for names None: its place in the batch."""

    path: Path
    settings: DevelopSettings | None = None
    geometry: Geometry | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch, each in the order of the photos; ``errors`` are ready to show,
    ``left`` are the places in the batch of photos that were neither written nor skipped."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    errors: tuple[str, ...] = field(default=())
    cancelled: bool = False
    left: tuple[int, ...] = ()
