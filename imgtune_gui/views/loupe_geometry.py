"""Where a photo lies in the loupe: zoom, pan, and what part is visible. No widgets.

All view lengths are device pixels, so that 100 % means one photo pixel on one screen pixel
at every density.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from imgtune_gui.workers.messages import Region

MAX_SCALE = 8.0
#: Room between the photo and the edge of the view when it is fitted.
MARGIN = 14.0


@dataclass(frozen=True, slots=True)
class LoupeGeometry:
    """``scale`` is screen pixels per photo pixel; None means fit to the view, or, if
    ``filled``, fill all of it. ``x`` and ``y`` are the photo point in the middle of the view,
    0 .. 1.
    """

    photo_width: float = 1.0
    photo_height: float = 1.0
    view_width: float = 1.0
    view_height: float = 1.0
    scale: float | None = None
    x: float = 0.5
    y: float = 0.5
    filled: bool = False

    @property
    def fit_scale(self) -> float:
        """Fits the photo into the view; small photos are not enlarged beyond 100 %."""
        width = max(self.view_width - 2 * MARGIN, 1.0) / self.photo_width
        height = max(self.view_height - 2 * MARGIN, 1.0) / self.photo_height
        return min(width, height, 1.0)

    @property
    def fill_scale(self) -> float:
        """No part of the view stays empty, however small the photo."""
        across, down = self.view_width / self.photo_width, self.view_height / self.photo_height
        return min(max(across, down), MAX_SCALE)

    @property
    def is_fit(self) -> bool:
        return self.scale is None and not self.filled

    @property
    def actual_scale(self) -> float:
        if self.filled:
            return self.fill_scale
        return self.fit_scale if self.scale is None else self.scale

    def photo_rect(self) -> tuple[float, float, float, float]:
        """Left, top, width, height of the whole photo in the view, on whole pixels."""
        width = round(self.photo_width * self.actual_scale)
        height = round(self.photo_height * self.actual_scale)
        left = round(self.view_width / 2 - self.x * width)
        top = round(self.view_height / 2 - self.y * height)
        return float(left), float(top), float(max(width, 1)), float(max(height, 1))

    def visible(self) -> Region:
        """The part of the photo that is in the view."""
        left, top, width, height = self.photo_rect()
        return (
            min(max(-left / width, 0.0), 1.0),
            min(max(-top / height, 0.0), 1.0),
            min(max((self.view_width - left) / width, 0.0), 1.0),
            min(max((self.view_height - top) / height, 0.0), 1.0),
        )

    def photo_point(self, view_x: float, view_y: float) -> tuple[float, float]:
        """The photo point (0 .. 1) under a point of the view."""
        left, top, width, height = self.photo_rect()
        return (view_x - left) / width, (view_y - top) / height

    def resized(self, width: float, height: float) -> LoupeGeometry:
        return replace(self, view_width=max(width, 1.0), view_height=max(height, 1.0))._held()

    def with_photo(self, width: float, height: float) -> LoupeGeometry:
        """Another photo of that size; zoom and place stay, to compare neighbours."""
        return replace(self, photo_width=max(width, 1.0), photo_height=max(height, 1.0))._held()

    def fitted(self) -> LoupeGeometry:
        return replace(self, scale=None, filled=False, x=0.5, y=0.5)

    def filling(self) -> LoupeGeometry:
        """As large as it takes to cover the view; stays so when the view or the photo changes."""
        return replace(self, scale=None, filled=True)._held()

    def zoomed(self, scale: float, view_x: float, view_y: float) -> LoupeGeometry:
        """Zoomed to ``scale`` so that what is under the point stays under it."""
        if scale <= self.fit_scale:
            return self.fitted()
        scale = min(scale, MAX_SCALE)
        px, py = self.photo_point(view_x, view_y)
        px, py = min(max(px, 0.0), 1.0), min(max(py, 0.0), 1.0)
        x = px - (view_x - self.view_width / 2) / (self.photo_width * scale)
        y = py - (view_y - self.view_height / 2) / (self.photo_height * scale)
        return replace(self, scale=scale, filled=False, x=x, y=y)._held()

    def panned(self, dx: float, dy: float) -> LoupeGeometry:
        """Moved by that many screen pixels; the fitted photo does not move."""
        if self.is_fit:
            return self
        x = self.x - dx / (self.photo_width * self.actual_scale)
        y = self.y - dy / (self.photo_height * self.actual_scale)
        return replace(self, x=x, y=y)._held()

    def _held(self) -> LoupeGeometry:
        """The photo never leaves the view; where it is smaller than that, it is centred."""
        scale = self.actual_scale
        if self.is_fit or (not self.filled and scale <= self.fit_scale):
            return self.fitted()
        half_x = self.view_width / (2 * self.photo_width * scale)
        half_y = self.view_height / (2 * self.photo_height * scale)
        x = 0.5 if half_x >= 0.5 else min(max(self.x, half_x), 1 - half_x)
        y = 0.5 if half_y >= 0.5 else min(max(self.y, half_y), 1 - half_y)
        return replace(self, x=x, y=y)
