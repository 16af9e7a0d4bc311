"""What goes wrong with a photo file, as UnreadablePhoto with one line that says so."""

from __future__ import annotations

import ctypes
import re
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from PIL import Image, UnidentifiedImageError

from model_core.domain.errors import UnreadablePhoto

#: Photos with more pixels than this are refused by their declared size, unless the user
#: sets another limit: beyond any camera, and within the memory of any machine.
MAX_PIXELS = 200_000_000

_NOT_DONE = "unsupported"  # how decoders name what they lack
_SAYS_NOTHING = re.compile(r"decoder error -?\d+")

# The limit above is ours and names the file; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def file_faults(path: Path) -> Iterator[None]:
    """For everything that is done with one photo: the file itself may be the trouble."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # decoders warn of oddities that they then handle
            refuse_special(path)
            yield
    except FileNotFoundError:
        raise UnreadablePhoto(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UnreadablePhoto(f"{path}: is a folder, not a photo") from None
    except PermissionError:
        raise UnreadablePhoto(f"{path}: may not be read (permission denied)") from None
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise UnreadablePhoto(f"{path}: cannot be read ({reason})") from error
    except MemoryError:
        raise UnreadablePhoto(f"{path}: does not fit into memory") from None


@contextmanager
def decoder_faults(path: Path) -> Iterator[None]:
    """Only for calls into a decoder library: they raise nearly anything on a damaged file,
    KeyError and TypeError among them, and none of it is our bug."""
    try:
        yield
    except (UnreadablePhoto, MemoryError, FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except UnidentifiedImageError:
        raise UnreadablePhoto(f"{path}: is not a picture that imgtune can read") from None
    except Exception as error:
        reason = one_line(error)
        if _NOT_DONE in reason.lower():
            raise UnreadablePhoto(
                f"{path}: is of a kind that imgtune cannot read ({reason}); "
                "save it as TIFF, PNG or JPEG to open it"
            ) from error
        told = "" if _SAYS_NOTHING.fullmatch(reason) else f" ({reason})"
        raise UnreadablePhoto(f"{path}: is damaged or cut off{told}") from error


def refuse_special(path: Path) -> None:
    """Raises UnreadablePhoto for pipes, sockets and devices, on which reading may never end."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UnreadablePhoto(f"{path}: is not a file but a pipe or device")


class _CStderr:
    """C's ``stderr`` of this process (glibc), and how many want it quiet."""

    lock = Lock()
    quiet = 0
    kept: int | None = None
    nowhere: int | None = None


@contextmanager
def quiet_c_library() -> Iterator[None]:
    """For LibRaw and libpng, which print what they also return and offer Python no way to keep
    them quiet: what C code prints to stderr meanwhile is lost. Python's own stderr is another
    thing."""
    if sys.platform != "linux":
        yield
        return
    with _CStderr.lock:
        _CStderr.quiet += 1
        if _CStderr.quiet == 1:
            _redirect()
    try:
        yield
    finally:
        with _CStderr.lock:
            _CStderr.quiet -= 1
            if _CStderr.quiet == 0 and _CStderr.kept is not None:
                _place().value = _CStderr.kept


def _place() -> ctypes.c_void_p:
    return ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr")


def _redirect() -> None:
    try:
        library, place = ctypes.CDLL(None), _place()
        if _CStderr.nowhere is None:
            library.fopen.restype = ctypes.c_void_p
            _CStderr.nowhere = library.fopen(b"/dev/null", b"w")
    except (OSError, ValueError, AttributeError):  # another C library
        return
    if _CStderr.nowhere:
        _CStderr.kept, place.value = place.value, _CStderr.nowhere


def one_line(error: BaseException) -> str:
    """What an error says, on one line; its name when it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


def refuse_bomb(path: Path, width: int, height: int, max_pixels: int) -> None:
    """Raises UnreadablePhoto when the declared size is over the limit, or none at all."""
    if width < 1 or height < 1:
        raise UnreadablePhoto(f"{path}: declares a size of {width} x {height} pixels")
    if width * height > max_pixels:
        raise UnreadablePhoto(
            f"{path}: declares {width} x {height} pixels, over the limit of "
            f"{max_pixels / 1e6:g} megapixels; raise it in the preferences or by --max-megapixels"
        )
