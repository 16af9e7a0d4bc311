"""Which files an export may take the place of: none but exports of imgtune's own."""

from __future__ import annotations

from pathlib import Path

from model_core.domain.errors import CannotWrite
from model_core.domain.export import FORMATS
from model_core.imaging.output.profile import CREATOR
from model_core.imaging.output.seal import is_sealed
from model_core.imaging.rendered import open_picture

_SUFFIXES = frozenset(suffix for spec in FORMATS.values() for suffix in spec.suffixes)


def refuse_original(target: Path, originals: list[Path]) -> None:
    """Raises CannotWrite when ``target`` is one of the photos themselves, or can be no file."""
    try:
        there = target.exists()
    except OSError as error:  # a name that is too long, for one
        raise CannotWrite(f"{target}: cannot be written ({error.strerror})") from None
    for original in originals:
        same = target.absolute() == original.absolute()
        if same or (there and original.exists() and target.samefile(original)):
            raise CannotWrite(
                f"{target}: is the original photo; choose another folder or name for the copy"
            )


def refuse_foreign(target: Path) -> None:
    """Raises CannotWrite when ``target`` is there and is not as imgtune exported it: another
    photo, or an export that somebody has worked on since.

    The profile alone does not prove the latter, for every program keeps it; nor do the names that
    programs sign with, which many leave as they were. Its own hash does (see ``seal``).
    """
    if not (target.exists() or target.is_symlink()):
        return
    if target.is_dir():
        raise CannotWrite(f"{target}: is a folder; choose a name for the file")
    if not has_own_profile(target):
        raise CannotWrite(
            f"{target}: is there already and was not exported by imgtune; choose another name"
        )
    if not is_sealed(target):
        raise CannotWrite(
            f"{target}: is there already and does not say that imgtune wrote it last (another "
            "program changed it, or it has no metadata); remove it or choose another name"
        )


def has_own_profile(path: Path) -> bool:
    """Whether a picture comes from imgtune, perhaps by way of other programs."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    try:
        with open_picture(path) as image:
            profile = image.info.get("icc_profile") or b""
    except Exception:  # whatever cannot be read is not ours
        return False
    return bool(profile[80:84] == CREATOR)
