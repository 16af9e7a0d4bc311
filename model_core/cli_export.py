"""The arguments of ``imgtune auto`` and ``imgtune render`` that say how files are written."""

from __future__ import annotations

import argparse
import re

from model_core.cli_input import megapixels, whole_number
from model_core.domain.export import (
    FORMATS,
    MEDIA,
    METADATA,
    PROFILES,
    SHARPENING,
    ExportOptions,
    OnCollision,
)
from model_core.domain.naming import FIELD_NAMES


def add_file_arguments(parser: argparse.ArgumentParser, *, default_format: str | None) -> None:
    """What both commands take. ``default_format`` None: the file's name tells."""
    told = f"default: {default_format}" if default_format else "default: as the name of FILE says"
    files = parser.add_argument_group("the file")
    files.add_argument("--format", choices=list(FORMATS), default=default_format, help=told)
    files.add_argument(
        "--quality",
        type=_quality,
        default=92,
        metavar="1..100",
        help="of JPEG, WebP and AVIF (default: %(default)s)",
    )
    files.add_argument(
        "--depth",
        type=whole_number,
        choices=[8, 16],
        default=8,
        help="bits a channel; 16: PNG and TIFF (default: %(default)s)",
    )
    files.add_argument(
        "--profile",
        choices=list(PROFILES),
        default="srgb",
        help="colour space (default: %(default)s)",
    )
    size = parser.add_argument_group("size (photos are never enlarged unless asked)")
    one = size.add_mutually_exclusive_group()
    one.add_argument(
        "--long-side",
        type=whole_number,
        metavar="PIXELS",
        help="exactly so long, or the photo's own",
    )
    one.add_argument("--fit", type=_box, metavar="WxH", help="within W x H pixels")
    one.add_argument("--megapixels", type=megapixels, metavar="M", help="about so many pixels")
    size.add_argument("--enlarge", action="store_true", help="photos that are smaller, too")
    size.add_argument(
        "--sharpen", choices=SHARPENING, default="none", help="after resizing (default: none)"
    )
    size.add_argument(
        "--sharpen-for",
        choices=MEDIA,
        default="screen",
        help="what --sharpen is made for: a screen, or glossy or matte paper printed at 300 "
        "pixels an inch, whose ink spreads and needs wider and stronger edges "
        "(default: %(default)s)",
    )
    told_group = parser.add_argument_group("metadata")
    told_group.add_argument(
        "--metadata",
        choices=METADATA,
        default="all",
        help="of the original; copyright: creator and rights only (default: %(default)s). "
        "Without all, a copy cannot be told from other files and is not overwritten later",
    )
    told_group.add_argument(
        "--no-gps",
        action="store_true",
        help="leave out where the photo was taken: coordinates and names of places",
    )
    told_group.add_argument(
        "--copyright", default="", metavar="TEXT", help="your own line, instead of the photo's"
    )


def add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    """What a command takes that writes many files."""
    fields = ", ".join(f"{{{name}}}" for name in FIELD_NAMES)
    names = parser.add_argument_group("names and speed")
    names.add_argument(
        "--name", default="{name}", metavar="TEMPLATE", help=f"of {fields}; {{seq:03}} for 001"
    )
    names.add_argument(
        "--on-collision",
        choices=[c.value for c in OnCollision],
        default=OnCollision.UNIQUE.value,
        help="where the name is taken: another name, no copy, or (only over files that imgtune "
        "exported and nobody has changed) the new copy (default: %(default)s)",
    )
    names.add_argument(
        "--jobs", type=whole_number, metavar="N", help="photos at a time (default: one a core)"
    )


def options_of(args: argparse.Namespace, file_format: str) -> ExportOptions:
    """The options that were asked for. Raises CannotWrite for what does not go together."""
    return ExportOptions(
        format=file_format,
        quality=args.quality,
        long_side=args.long_side,
        depth=args.depth,
        fit=args.fit,
        megapixels=args.megapixels,
        enlarge=args.enlarge,
        sharpen=args.sharpen,
        sharpen_for=args.sharpen_for,
        profile=args.profile,
        metadata=args.metadata,
        location=not args.no_gps,
        copyright=args.copyright,
    )


def _quality(text: str) -> int:
    value = whole_number(text)
    if value > 100:
        raise argparse.ArgumentTypeError(f"{value} is not within 1 .. 100")
    return value


def _box(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)[x×](\d+)", text.strip().lower())
    if found is None or "0" in (found[1], found[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, as in 1920x1080")
    return int(found[1]), int(found[2])
