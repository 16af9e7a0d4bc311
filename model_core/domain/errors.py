"""Known errors: the world's fault, with a message that names the thing and the remedy.

Anything else that is raised is a bug of ours. ``str(error)`` is one line, ready to show.
"""

from __future__ import annotations


class ImgtuneError(Exception):
    """Base of all known errors."""


class InvalidSettings(ImgtuneError):
    """Develop settings that are not numbers, or name a slider that does not exist."""


class UnreadablePhoto(ImgtuneError):
    """A file that cannot be shown: missing, empty, truncated, not a picture, too large."""


class CannotWrite(ImgtuneError):
    """An output that cannot be written: no space, no permission, or it is an original."""


class NameTaken(CannotWrite):
    """A new file that somebody else made first."""


class BrokenCatalog(ImgtuneError):
    """The catalog cannot be opened or is not ours."""


class BrokenModel(ImgtuneError):
    """A model version or pack that is damaged, foreign or from a newer program."""


class UnknownStyle(ImgtuneError):
    """A style that does not exist."""


class CannotTrain(ImgtuneError):
    """Too little to learn from, a missing library, or a device that is not there."""


class Busy(ImgtuneError):
    """Another process is doing the same thing to the same data directory."""


class UnusableProfile(ImgtuneError):
    """A colour profile that is damaged, or is of something else than a screen."""
