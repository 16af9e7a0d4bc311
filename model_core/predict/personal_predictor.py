"""Network plus personal head: the predictor that serves a style, and its learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.domain.correction import Correction, Verdict
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import InvalidSettings
from model_core.domain.photo import PhotoId
from model_core.domain.prediction import Because, PhotoFeatures, Prediction
from model_core.predict import personal_head
from model_core.predict.personal_head import Float64, PersonalHead, held_in
from model_core.predict.prior import SETTINGS, SETTINGS_PER_J, Prior

#: Looking at a prediction and keeping it says less than moving a slider.
LESSON_WEIGHT = {Verdict.CORRECTED: 1.0, Verdict.ACCEPTED: 0.5}
#: How many lessons an explanation names.
REASONS = 3
_SAME = 0.6  # root mean square difference of the features of one picture taken twice
_BLOCK = 512  # rows at a time
_ALIKE = 1.0  # J: lessons further apart than this do not set a slider to one value
_ANY = 0.1  # J: differences below this say nothing
_MARGIN = 3.0  # log odds against a slider that is always set to one value
#: J a slider, root mean square of the spreads: wider than this shows.
_WIDE = 2.0
_JND = np.array([p.jnd for p in PARAMS])
_LOW, _HIGH = np.array([p.low for p in PARAMS]), np.array([p.high for p in PARAMS])

#: A correction, and what the network sees of its photo.
Lesson = tuple[Correction, PhotoFeatures]


@dataclass(frozen=True, slots=True, eq=False)
class PersonalPredictor:
    """Immutable; a new lesson makes a new one. ``known``: lessons by photo, each once.
    ``always``: (P,) probability that the user sets each slider to one value in all photos."""

    version: str
    prior: Prior
    known: Mapping[PhotoId, Lesson]
    head: PersonalHead
    always: Float64

    @property
    def lessons(self) -> int:
        return self.head.lessons

    # --- learning -----------------------------------------------------------------
    def learn_one(self, lesson: Correction, features: PhotoFeatures) -> PersonalPredictor:
        """Knows one lesson more; it replaces an older one of the same photo."""
        return self.learn_many([(lesson, features)])

    def learn_many(self, lessons: Iterable[Lesson]) -> PersonalPredictor:
        """As :meth:`learn_one` for each in turn, fitted once."""
        known = dict(self.known)
        for lesson, features in lessons:
            known.pop(lesson.photo, None)  # the newest lesson comes last
            known[lesson.photo] = (lesson, features)
        return learn(self.version, self.prior, list(known.values()))

    def forget(self, lesson: Correction) -> PersonalPredictor:
        """Equals never having learned that lesson; nothing happens when it is not known."""
        if lesson.photo not in self.known or self.known[lesson.photo][0].id != lesson.id:
            return self
        kept = [one for photo, one in self.known.items() if photo != lesson.photo]
        return learn(self.version, self.prior, kept)

    # --- predicting ---------------------------------------------------------------
    def predict_one(self, features: PhotoFeatures) -> Prediction:
        return self.predict_many([features])[0]

    def predict_many(self, features: Sequence[PhotoFeatures]) -> list[Prediction]:
        """Network settings plus the learned shift, clamped and rounded as sliders show them."""
        if not features:
            return []
        z = np.stack([f.z for f in features])
        network = np.stack([f.spread for f in features]) / _JND
        settings = np.stack([f.settings for f in features]) + self.head.shift(z) * _JND
        spread = self.head.spread(z, network)
        wide = np.sqrt((spread**2).mean(1)) > _WIDE
        review = wide | (self.head.unlike(z) > self.head.far)
        return [
            Prediction(
                photo=f.photo,
                settings=DevelopSettings(tuple(s)),
                spread=tuple(u),
                version=self.version,
                lessons=self.lessons,
                needs_review=r,
            )
            for f, s, u, r in zip(
                features, as_shown(settings), (spread * _JND).tolist(), review.tolist(), strict=True
            )
        ]

    # --- explaining ---------------------------------------------------------------
    def because(self, features: PhotoFeatures) -> tuple[Because, ...]:
        """The lessons that move this photo's prediction most, strongest first. Exact: the
        shares of all lessons add up to 1."""
        if not self.known:
            return ()
        z, y, weight, _ = lesson_table(list(self.known.values()))
        shares = self.head.shares(features.z[None], z, y, weight)[0]
        lessons = [lesson for lesson, _ in self.known.values()]
        strongest = np.argsort(-np.abs(shares), kind="stable")[:REASONS]
        return tuple(
            Because(lessons[i].id, lessons[i].photo, lessons[i].path, float(shares[i]))
            for i in strongest
            if shares[i] != 0
        )


def as_shown(settings: npt.NDArray[np.floating[Any]]) -> list[list[float]]:
    """Settings (N, P) clamped to the sliders' ranges and rounded as the sliders show them:
    :meth:`DevelopSettings.rounded` for thousands at once. Raises ValueError for numbers that
    are not finite: no slider can show them."""
    if not np.isfinite(settings).all():
        raise ValueError("settings are not finite numbers")
    scale = 10.0 ** np.array([p.decimals for p in PARAMS])
    rounded = np.round(np.clip(settings, _LOW, _HIGH) * scale) / scale + 0.0
    result: list[list[float]] = rounded.tolist()
    return result


def learn(version: str, prior: Prior, lessons: Sequence[Lesson]) -> PersonalPredictor:
    """A predictor over network ``version``, whose features have this prior, that knows
    ``lessons``, at most one a photo. Raises InvalidSettings for one that no slider can hold."""
    known = {lesson.photo: (lesson, features) for lesson, features in lessons}
    if not lessons:
        head = PersonalHead.empty(prior.features, len(PARAMS))
        return PersonalPredictor(version, prior, known, head, np.zeros(len(PARAMS)))
    table = lesson_table(lessons)
    head = personal_head.fit(*table, prior)
    value = np.array([c.chosen.values for c, _ in lessons]) / _JND
    always = _set_to_one(value, table[0][:, SETTINGS] / SETTINGS_PER_J, table[2])
    return PersonalPredictor(version, prior, known, head, always)


def _set_to_one(value: Float64, network: Float64, weight: Float64) -> Float64:
    """(P,) probability that lessons set a slider to one ``value`` (n, P) in J, rather than move
    it from where the network put it or with the photo: by how much closer together values lie
    than shifts do. ``network`` is asked before what a fine-tune has folded in."""
    apart = np.minimum(_variance(value - network, weight), _ALIKE**2)
    log_odds = weight.sum() / 2 * np.log(apart / _variance(value, weight)) - _MARGIN
    result: Float64 = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return result


def lesson_table(lessons: Sequence[Lesson]) -> tuple[Float64, Float64, Float64, list[str]]:
    """z (n, Z), residuals in J (n, P), weights (n,) and shoots. Raises InvalidSettings."""
    chosen = np.array([c.chosen.values for c, _ in lessons])
    for i, k in np.argwhere(~((chosen >= _LOW) & (chosen <= _HIGH)))[:1]:
        raise InvalidSettings(
            f"{lessons[i][0].path}: {PARAMS[k].name} is {chosen[i, k]:g} in this lesson, outside "
            f"the slider's range, {PARAMS[k].low:g} .. {PARAMS[k].high:g}; correct it again"
        )
    network = np.stack([f.settings for _, f in lessons])
    z = np.stack([f.z for _, f in lessons]).astype(np.float64)
    shoots = [c.shoot for c, _ in lessons]
    weight = np.array([LESSON_WEIGHT[c.verdict] for c, _ in lessons])
    return z, (chosen - network) / _JND, weight / repeats(z, shoots), shoots


def _variance(values: Float64, weight: Float64) -> Float64:
    """(n, P) -> (P,) about their mean."""
    apart = values - np.average(values, axis=0, weights=weight)
    result: Float64 = np.average(apart**2, axis=0, weights=weight) + _ANY**2
    return result


def repeats(z: Float64, shoots: Sequence[str]) -> Float64:
    """How many lessons of the same shoot show the same picture as each, itself among them,
    (n,): a burst corrected frame by frame says one thing, not ten."""
    count = np.ones(len(z))
    rows_of: dict[str, list[int]] = {}
    for row, shoot in enumerate(shoots):
        rows_of.setdefault(shoot, []).append(row)
    for rows in rows_of.values():
        some = held_in(z[rows])
        size = (some**2).sum(1)
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            apart = size[part, None] + size - 2 * some[part] @ some.T
            count[rows[part]] = (apart <= _SAME**2 * z.shape[1]).sum(1).clip(1)
    return count
