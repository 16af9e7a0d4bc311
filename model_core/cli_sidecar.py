"""``imgtune sidecar``: edits written beside the photos, and read from other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from model_core.cli_input import one_line
from model_core.domain.develop import PARAMS
from model_core.domain.marks import UNMARKED
from model_core.domain.photo import Photo
from model_core.services import DEFAULT_STYLE, SidecarEdit, Studio


def add_sidecar_arguments(parser: argparse.ArgumentParser) -> None:
    """The two actions and what they take."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    write = actions.add_parser(
        "write",
        help="write your edits beside the photos",
        description="Writes your edits, stars, colours and crop into the XMP beside each photo "
        "that you have edited. What other programs wrote there is kept. They render the same "
        "settings in their own way: the look is approximate.",
    )
    read = actions.add_parser(
        "read",
        help="report what other programs left beside or in the photos",
        description="Reports Camera Raw settings found beside or in the photos: which can be used, "
        "which are left out and why. The look is approximate here.",
    )
    read.add_argument(
        "--learn",
        action="store_true",
        help="take them as your corrections, with stars, colours and crop",
    )
    for action in (write, read):
        action.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="photos, or folders of photos"
        )
        action.add_argument(
            "--style", default=DEFAULT_STYLE, help="whose edits (default: %(default)s)"
        )


class Writing:
    """Writes sidecars one by one and counts them."""

    def __init__(self, studio: Studio, style: str) -> None:
        self._studio, self._style = studio, style
        self._written = self._unedited = 0

    def one(self, path: Path) -> None:
        """(slow) Raises CannotWrite, UnreadablePhoto."""
        photo, _ = self._studio.open_photo(path)
        edit = self._studio.load_edit(self._style, photo.id)
        if edit is None:
            self._unedited += 1
            return
        self._written += 1
        file = self._studio.write_sidecar(photo, edit.settings, self._tell_kept)
        print(f"{one_line(path)}: {one_line(file.name) if file else 'its sidecar says so already'}")

    def _tell_kept(self, copy: Path) -> None:
        print(f"what another program had set there is kept as {one_line(copy)}")

    def summary(self) -> str:
        return (
            f"edits beside their photos: {self._written} (approximate in other programs); "
            f"photos without an edit in {self._style!r}: {self._unedited}, which get none"
        )


class Reading:
    """Reads sidecars one by one, learns from them where asked, and counts them."""

    def __init__(self, studio: Studio, style: str, *, learn: bool) -> None:
        self._studio, self._style, self._learn = studio, style, learn
        self._found = self._usable = self._learned = self._left_out = 0

    def one(self, path: Path) -> None:
        """(slow) Raises UnreadableXmp, UnreadablePhoto."""
        photo, proxy = self._studio.open_photo(path)
        edit = self._studio.read_sidecar(photo)
        if edit is None:
            return
        self._found += 1
        why_not = edit.unusable
        if self._learn and not why_not:
            if self._studio.load_edit(self._style, photo.id) is not None:
                why_not = f"it has an edit of yours in {self._style!r}"
            elif edit.settings is not None:
                features = self._studio.analyse(photo, self._style, proxy)
                self._studio.learn(self._style, photo, features, edit.settings)
                self._learned += 1
        if self._learn:
            self._take_marks(photo, edit)
        self._usable += not edit.unusable
        self._left_out += bool(why_not)
        print(f"{one_line(path)}: {f'left out: {one_line(why_not)}' if why_not else _said(edit)}")

    def _take_marks(self, photo: Photo, edit: SidecarEdit) -> None:
        if edit.marks is not None and self._studio.load_marks(photo.id) == UNMARKED:
            self._studio.save_marks({photo.id: edit.marks})
        if edit.geometry is not None and self._studio.load_geometry(photo.id).is_identity:
            self._studio.save_geometry(photo.id, edit.geometry)

    def summary(self) -> str:
        learned = f"; {self._learned} learned in {self._style!r}" if self._learn else ""
        return (
            f"{self._found} found, {self._usable} usable (approximate here), "
            f"{self._left_out} left out{learned}"
        )


def _said(edit: SidecarEdit) -> str:
    values = [
        f"{spec.name} {spec.format(edit.values[spec.name])}"
        for spec in PARAMS
        if edit.values[spec.name]
    ]
    if edit.geometry is not None and not edit.geometry.is_identity:
        values.append("crop")
    without = f"; without {', '.join(map(one_line, edit.left_out))}" if edit.left_out else ""
    source = "as imgtune wrote it" if edit.exact else "approximate"
    return f"{'  '.join(values)}  ({one_line(edit.source.name)}, {source}){without}"
