"""How much of each regression: an average by what lessons say for it, and a safety net.

The experts are

* the **shrunk mean**: the user's average shift, shrunk towards none (a learned preset);
* **hierarchical Bayesian regression**: the shift depends on the photo, with a prior learned
  across many photographers of which features matter, turned to those that matter to this one
  (``relevance.py``: empirical Bayes), at several strengths. Bells along the axes that
  photographers go by make it local: photos alike in what matters to this user count most.

Regressions are averaged by two witnesses: how well each foretells the shoots left out
(pseudo-Bayesian model averaging, Yao et al. 2018), and the likelihood of the lessons under it
(Rasmussen and Williams 2006, 2.7), which can tell something while there is one shoot. That is
done for each slider and again for each direction in which this user moves sliders together, and
left-out shoots say how much of either.

First of all: some set a slider to one value whatever the network says. For such a slider all of
this is done on what was chosen, else on its distance from the network's answer.

Whether sliders follow the photo at all is asked of the likelihood too, regressions against the
mean, each with and without a mood of each shoot (a shift that its lessons share), so that no
regression gets the credit for a mood. Without clear odds the mean stays alone: the safety net.

Nearest neighbours join at the end, by as much as left-out shoots ask for (``neighbours.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.predict.prior import Prior
from model_core.predict.relevance import relevance
from model_core.predict.ridge import Float64, Ridge, Rows, ridges

_BIAS_PRECISION = 0.5  # of the shift itself; 1 lesson moves the next photo by 2/3 of it
_STRENGTHS = (10.0, 30.0, 100.0)
_TOGETHER = 30.0  # strength at which "moves sliders together" is looked for
_SHARES = (0.1, 0.3, 0.9)  # of the sliders that may be set in some way ...
_MARGIN = 3.0  # ... and the log odds against any of them
_MARGIN_CHOSEN = 5.0  # ... where lessons chose by themselves what is to speak for it
_ANY_SHIFT = 100.0  # variance of the mean shift, in that of noise: its size proves nothing
_MOODS = (0.0, 0.5)  # variance of a shoot's mood, in that of a lesson's noise
_NOISE, _NOISE_LESSONS = 0.5, 2.0  # J squared: what noise is taken for, and how firmly
_TEMPER = 0.5  # left-out errors count half: those of one shoot are not independent
_UNSEEN = 0.4  # J: left-out errors below this are nobody's complaint and decide nothing


@dataclass(frozen=True, slots=True, eq=False)
class Expert:
    """A regression on x = z @ lift, (Z, D)."""

    lift: Float64
    strength: float
    ridge: Ridge


def experts_of(
    z: Float64, y: Float64, weight: Float64, folds: list[Rows], view: Float64
) -> list[Expert]:
    """All that are averaged, of a :func:`view_of` lessons; the first is the shrunk mean."""
    bias = np.eye(1, z.shape[1]).T
    views = [(bias, (1.0,)), (np.c_[bias, view], _STRENGTHS)]
    found = []
    for lift, strengths in views:
        precisions = [np.r_[_BIAS_PRECISION, np.full(lift.shape[1] - 1, s)] for s in strengths]
        fitted = ridges(z @ lift, y, weight, folds, precisions)
        found += [Expert(lift, s, one) for s, one in zip(strengths, fitted, strict=True)]
    return found


def view_of(z: Float64, y: Float64, weight: Float64, prior: Prior) -> Float64:
    """(Z, D) features as they count for this user: the prior, and what lessons say of it."""
    used = prior.used
    scale = prior.scale[used]
    counts = relevance(z[:, used] * scale, y, weight, prior.groups[used])
    view = np.zeros((z.shape[1], len(used)))
    view[used, np.arange(len(used))] = scale * np.sqrt(counts)
    return view


def unbound(
    experts: list[Expert],
    z: Float64,
    network: Float64,
    y: Float64,
    weight: Float64,
    folds: list[Rows],
) -> Float64:
    """(P,) probability that each slider is set to a value of its own, not moved from where the
    network put it, beside all that the ``experts`` can say: lessons ``y`` (n, P) from the
    network's answers ``network`` (n, P), in J."""
    sliders = np.eye(y.shape[1])
    likely = _Likelihood.of(experts, z, y, weight, folds).log(sliders)
    bound = np.logaddexp(likely[0], _regressions(likely))
    value, ones = y + network, np.ones((len(y), 1))
    alone = ridges(ones, value, weight, folds, [np.array([_BIAS_PRECISION])])[0]
    fixed = [Expert(np.ones((1, 1)), 1.0, alone)]
    free = _Likelihood.of(fixed, ones, value, weight, folds).log(sliders)[0]
    some, each = _chosen(free - bound, _MARGIN)
    return some * each


def mixing(
    experts: list[Expert], z: Float64, y: Float64, weight: Float64, folds: list[Rows]
) -> list[Float64]:
    """How much of each expert: (P, P) matrices that add up to the identity."""
    likelihood = _Likelihood.of(experts, z, y, weight, folds)
    left_out = np.stack([e.ridge.left_out for e in experts[1:]])
    sliders = np.eye(y.shape[1])
    candidates = []
    for basis in (sliders, _together(experts, z)):
        likely = likelihood.log(basis)
        shares = _softmax(likely[1:] + _judged(left_out @ basis, weight, folds))
        shares *= _follows(likely)[1]
        candidates.append(np.stack([(basis * share) @ basis.T for share in shares]))
    errors = np.stack([_left_out(experts, c) for c in candidates])
    trust = _softmax(_judged(errors, weight, folds).sum(1))
    # Directions found in the lessons themselves are no fair question: sliders are.
    some = _follows(likelihood.log(sliders))[0]
    regressions = some * np.tensordot(trust, np.stack(candidates), 1)
    return [sliders - regressions.sum(0), *regressions]


def _left_out(experts: list[Expert], regressions: Float64) -> Float64:
    """(n, P) left-out errors of a mixture with these parts of the regressions, (K - 1, P, P)."""
    mean = np.eye(regressions.shape[1]) - regressions.sum(0)
    parts = [mean, *regressions]
    result: Float64 = np.sum(
        [e.ridge.left_out @ part for e, part in zip(experts, parts, strict=True)], axis=0
    )
    return result


def _follows(likely: Float64) -> tuple[float, Float64]:
    """As :func:`_chosen`, from the log likelihoods (K, P) of mean and regressions."""
    return _chosen(_regressions(likely) - likely[0], _MARGIN_CHOSEN)


def _regressions(likely: Float64) -> Float64:
    """(P,) log likelihood under the regressions, each as likely beforehand."""
    result: Float64 = np.logaddexp.reduce(likely[1:]) - np.log(len(likely) - 1)
    return result


def _chosen(odds: Float64, margin: float) -> tuple[float, Float64]:
    """Probability that anything is so, and then of each slider, (P,), from the log odds for each.
    For how many it is so is a trait of the user, and the prior is against any."""
    share = np.array(_SHARES)[:, None]
    so, not_so = np.log(share) + odds, np.log1p(-share)
    traits = np.logaddexp(so, not_so).sum(1)
    any_of_it = np.logaddexp.reduce(traits) - np.log(len(share)) - margin
    return float(_probability(any_of_it)), _softmax(traits) @ _probability(so - not_so)


def _probability(odds: Float64) -> Float64:
    result: Float64 = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """Of the lessons under each of K experts with each of M moods. ``unexplained``:
    (M, K, P, P) and ``volume``: (M, K), as in :class:`Ridge`; ``lessons``: their weight."""

    unexplained: Float64
    volume: Float64
    lessons: float

    @staticmethod
    def of(
        experts: list[Expert], z: Float64, y: Float64, weight: Float64, folds: list[Rows]
    ) -> _Likelihood:
        groups = np.zeros((len(z), 1 + len(folds)))
        groups[:, 0] = weight
        for column, rows in enumerate(folds, 1):
            groups[rows, column] = weight[rows]
        # Lessons of two groups are shared weight; all of it goes through z, once.
        shared = groups.T @ (groups > 0).astype(np.float64)
        across, moved = groups.T @ z, groups.T @ y
        found = []
        for mood in _MOODS:
            size = np.sqrt(np.r_[_ANY_SHIFT, np.full(len(folds), mood)])
            found.append([_shifted(e, shared, across @ e.lift, moved, size) for e in experts])
        return _Likelihood(
            np.array([[u for u, _ in row] for row in found]),
            np.array([[v for _, v in row] for row in found]),
            float(weight.sum()),
        )

    def log(self, basis: Float64) -> Float64:
        """(K, P) log likelihood of what lessons did in each direction of ``basis``, whatever the
        mood; the variance of the noise is integrated out (inverse gamma)."""
        squares = np.einsum("ip,mkij,jp->mkp", basis, self.unexplained, basis).clip(0)
        firmly = _NOISE_LESSONS + self.lessons / 2
        each = -firmly * np.log(_NOISE_LESSONS * _NOISE + squares / 2) - self.volume[..., None] / 2
        result: Float64 = np.logaddexp.reduce(each)
        return result


def _shifted(
    expert: Expert, shared: Float64, across: Float64, moved: Float64, size: Float64
) -> tuple[Float64, float]:
    """``unexplained`` and ``volume`` of a regression when each group of lessons has a shift of
    its own of that ``size``, (G,) standard deviations, by Woodbury. ``shared``: (G, G) weight
    of the lessons in both groups; ``across``: (G, D) and ``moved``: (G, P) their sums."""
    fitted = expert.ridge
    own = shared - across @ fitted.covariance @ across.T
    rest = size[:, None] * (moved - across @ fitted.weights)
    inner = np.eye(len(own)) + size[:, None] * own * size
    paid = rest.T @ np.linalg.solve(inner, rest)
    return fitted.unexplained - paid, fitted.volume + float(np.linalg.slogdet(inner)[1])


def _together(experts: list[Expert], z: Float64) -> Float64:
    """(P, P) orthogonal directions in which a regression moves sliders together."""
    reference = next(e for e in experts if e.strength == _TOGETHER)
    foretold = z @ (reference.lift @ reference.ridge.weights)
    centred = foretold - foretold.mean(0)
    shared = centred.T @ centred
    # A ramp tells apart directions of no size, which few lessons leave to rounding.
    ramp = np.diag(np.linspace(1e-6, 2e-6, len(shared))) * max(float(np.trace(shared)), 1e-12)
    result: Float64 = np.linalg.eigh(shared + ramp)[1]
    return result


def _judged(left_out: Float64, weight: Float64, folds: list[Rows]) -> Float64:
    """(K, P) tempered log likelihood of left-out errors (K, n, P) under their own variance;
    none while there is one shoot."""
    if len(folds) < 2:
        return np.zeros((len(left_out), left_out.shape[2]))
    total = weight.sum()
    variance = np.einsum("n,knp->kp", weight, left_out**2) / total + _UNSEEN**2
    result: Float64 = -0.5 * _TEMPER * total * np.log(variance)
    return result


def _softmax(log_odds: Float64) -> Float64:
    odds = np.exp(log_odds - log_odds.max(0))
    result: Float64 = odds / odds.sum(0)
    return result
