"""Predictions that agree within a scene, whatever else is on the screen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from model_core.domain.develop import DevelopSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import PhotoFeatures, Prediction
from model_core.predict.personal_predictor import as_shown
from model_core.predict.scenes import GAP, VIEW_SIZE, Frame, scenes, smoothed
from model_core.predictors import Predictors
from model_core.storage.catalog import Catalog, EditState
from model_core.storage.scene_table import Taken

_KEPT = 16  # groupings: of all that is open, and of the photo at hand


class Scenes:
    """Photos taken within half a minute of each other that show the same are made alike. The
    catalog knows their other frames, so the answer for a photo does not depend on which
    photos are asked about together. Photos without a capture time are alone."""

    def __init__(self, catalog: Catalog, predictors: Predictors) -> None:
        self._catalog, self._predictors = catalog, predictors
        # What is known of photos does not change with what is learned: kept from call to call.
        self._frame_of: dict[Taken, Frame] = {}
        self._grouped: dict[tuple[Taken, ...], list[list[int]]] = {}

    def predict_many(self, style: str, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """As ``Predictors.predict_many``, each scene smoothed jointly in output exposure and
        white balance. Photos that the user has accepted or corrected keep their settings in
        that, and draw their siblings to them; their own prediction is left as it is."""
        asked = {f.photo: f for f in features}
        if not asked:
            return []
        frames = self._frames(asked)
        others = [photo for photo in frames if photo not in asked]
        known = asked | self._catalog.features_for(features[0].version, others)
        frames = {photo: frame for photo, frame in frames.items() if photo in known}
        photos = list(known)
        predictions = dict(
            zip(
                photos,
                self._predictors.predict_many(style, [known[p] for p in photos]),
                strict=True,
            )
        )
        chosen = self._chosen(style) if frames else {}
        order, groups = list(frames), self._groups(frames)
        always = self._predictors.always(style)
        for rows in groups:
            scene = [order[i] for i in rows]
            predictions |= _agreed(scene, frames, predictions, chosen, always)
        return [predictions[f.photo] for f in features]

    def _groups(self, frames: Mapping[PhotoId, Frame]) -> list[list[int]]:
        """Scenes of more than one frame."""
        key = tuple(Taken(photo, f.place, str(f.taken)) for photo, f in frames.items())
        groups = self._grouped.get(key)
        if groups is None:
            groups = [rows for rows in scenes(list(frames.values())) if len(rows) > 1]
            if len(self._grouped) >= _KEPT:
                self._grouped.clear()
            self._grouped[key] = groups
        return groups

    def _frames(self, asked: Mapping[PhotoId, PhotoFeatures]) -> dict[PhotoId, Frame]:
        """The photos asked about, and those taken shortly before or after in their folders."""
        own = [one for one in self._catalog.taken(list(asked)) if _time(one) is not None]
        if not own:
            return {}
        times = sorted((one.folder, _seconds(one)) for one in own)
        gap = timedelta(seconds=GAP)
        moments = sorted(m for m in map(_time, own) if m is not None)
        first, last = (moments[0] - gap).isoformat(), (moments[-1] + gap).isoformat()
        near = [one for one in self._catalog.taken_between(first, last) if _close(one, times)]
        new = [one for one in near if one not in self._frame_of]
        views = self._catalog.views([one.photo for one in new], VIEW_SIZE)
        for one in new:
            if one.photo in views:
                self._frame_of[one] = Frame(one.folder, _seconds(one), views[one.photo])
        return {one.photo: self._frame_of[one] for one in near if one in self._frame_of}

    def _chosen(self, style: str) -> dict[PhotoId, DevelopSettings]:
        """What the user settled on, drafts left out."""
        edits = self._catalog.edits(style)
        return {p: e.settings for p, e in edits.items() if e.state is not EditState.DRAFT}


def _agreed(
    scene: Sequence[PhotoId],
    frames: Mapping[PhotoId, Frame],
    predictions: Mapping[PhotoId, Prediction],
    chosen: Mapping[PhotoId, DevelopSettings],
    always: npt.NDArray[np.float64],
) -> dict[PhotoId, Prediction]:
    """The predictions of one scene, made alike but in what the style ``always`` does."""
    settled = {i: np.array(chosen[p].values) for i, p in enumerate(scene) if p in chosen}
    settings = np.array([predictions[photo].settings.values for photo in scene])
    alike = as_shown(smoothed(settings, [frames[p].view for p in scene], settled, always))
    return {
        photo: replace(
            predictions[photo], settings=DevelopSettings(tuple(values)), scene=len(scene)
        )
        for photo, values in zip(scene, alike, strict=True)
        if photo not in chosen
    }


def _time(one: Taken) -> datetime | None:
    return _parsed(one.at)


@lru_cache(maxsize=65_536)
def _parsed(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at).replace(tzinfo=None)
    except ValueError:
        return None


def _seconds(one: Taken) -> float:
    moment = _time(one)
    return (moment - datetime(1970, 1, 1)).total_seconds() if moment else 0.0


def _close(one: Taken, times: Sequence[tuple[str, float]]) -> bool:
    """Whether a photo was taken within GAP of one of ``times``, sorted by folder."""
    if _time(one) is None:
        return False
    folder, at = one.folder, _seconds(one)
    index = bisect_left(times, (folder, at - GAP))
    return index < len(times) and times[index][0] == folder and times[index][1] <= at + GAP
