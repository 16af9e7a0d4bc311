"""What the photographer thinks of a photo: stars, a flag, a colour. Never taught, never pasted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_STARS = 5


class Flag(StrEnum):
    """The first sorting of a shoot."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


class Colour(StrEnum):
    """A label whose meaning is the photographer's own."""

    NONE = ""
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Marks:
    """Stars (0 .. 5), flag and colour of one photo; the same in every style."""

    stars: int = 0
    flag: Flag = Flag.NONE
    colour: Colour = Colour.NONE

    def __post_init__(self) -> None:
        if not 0 <= self.stars <= MAX_STARS:
            raise ValueError(f"stars go from 0 to {MAX_STARS}, not {self.stars}")

    @property
    def rating(self) -> int:
        """As other programs say stars and rejection (XMP part 2, xmp:Rating)."""
        return -1 if self.flag is Flag.REJECT else self.stars

    @property
    def label(self) -> str:
        """As other programs say the colour (xmp:Label)."""
        return self.colour.capitalize()


UNMARKED = Marks()
