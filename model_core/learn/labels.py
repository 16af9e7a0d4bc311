"""Which settings mend a bad photo: fitted through the look itself, by its gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model_core.domain.develop import PARAMS
from model_core.imaging.colour import cielab
from model_core.imaging.pipeline import develop
from model_core.progress import Progress

MAX_J = 36.0  # labels beyond this are not lessons but accidents
#: Price of one J of each slider in a label. Light comes first, as a photographer works: an
#: under-exposed photo is mended by exposure, not by four tone sliders that add up to it.
_PRICE = {"exposure_ev": 0.004, "temperature": 0.01, "tint": 0.01, "contrast": 0.03,
          "saturation": 0.03}  # fmt: skip
_PRICE_OF_OTHERS = 0.06
_LIGHT = ("exposure_ev", "temperature", "tint")  # fitted first, alone
#: Pixels of a look that are used: every 11th, which is not in step with its 48 columns.
_BATCH, _STEPS, _THINNED = 256, 90, 11


def settings_of(labels: Tensor) -> dict[str, Tensor]:
    """(N, P) in J to what ``pipeline.develop`` takes for a batch (N, pixels, 3)."""
    jnd = torch.tensor([p.jnd for p in PARAMS], device=labels.device)
    low = torch.tensor([p.low for p in PARAMS], device=labels.device)
    high = torch.tensor([p.high for p in PARAMS], device=labels.device)
    units = torch.maximum(torch.minimum(labels * jnd, high), low)
    return {p.name: units[:, i, None, None] for i, p in enumerate(PARAMS)}


def look_distance(bad: Tensor, labels: Tensor, good: Tensor) -> Tensor:
    """Mean distance of each rendered lesson (N, pixels, 3) to its good photo, (N,), smooth
    at 0.

    CIE94 (CIE 116:1995), which forgives a difference in colours that are strong anyway, as
    deltaE00 does by which the base is judged, and has gradients everywhere.
    """
    have, want = cielab(develop(bad, settings_of(labels))), cielab(good)
    chroma = [torch.sqrt((lab[..., 1:] ** 2).sum(-1) + 1e-4) for lab in (have, want)]
    light, ab = have[..., 0] - want[..., 0], ((have - want)[..., 1:] ** 2).sum(-1)
    along = chroma[0] - chroma[1]
    across = (ab - along**2).clamp_min(0)
    total = (
        light**2 + (along / (1 + 0.045 * chroma[1])) ** 2 + across / (1 + 0.015 * chroma[1]) ** 2
    )
    return torch.sqrt(total + 0.25).mean(-1)


def fit_labels(
    bad: npt.NDArray, good: npt.NDArray, touched: npt.NDArray, progress: Progress,
    device: str = "cpu",
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:  # fmt: skip
    """s* = argmin distance(render(bad, s), good) + lambda |s|_1, by Adam through the look.

    Returns labels (N, P) in J and which lessons can be undone: distance under half of what
    it was, or small. Photos left alone have the label 0.
    """
    labels = np.zeros((len(bad), len(PARAMS)), dtype=np.float32)
    undone = np.ones(len(bad), dtype=bool)
    todo = np.flatnonzero(touched)
    for start in range(0, len(todo), _BATCH):
        rows = todo[start : start + _BATCH]
        x, y = (
            torch.from_numpy(a[rows][:, ::_THINNED].astype(np.float32)).to(device)
            for a in (bad, good)
        )
        s, before, after = _fit_batch(x, y)
        labels[rows] = s.cpu().numpy()
        undone[rows] = ((after < 0.5 * before) | (after < 3.0)).cpu().numpy()
        progress.report(start + len(rows), len(todo), "fitting labels")
    return labels, undone & (np.abs(labels).max(1) < MAX_J)


def _fit_batch(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    s = torch.zeros(len(x), len(PARAMS), requires_grad=True, device=x.device)
    price = torch.tensor([_PRICE.get(p.name, _PRICE_OF_OTHERS) for p in PARAMS], device=x.device)
    light = torch.tensor([float(p.name in _LIGHT) for p in PARAMS], device=x.device)
    optimiser = torch.optim.Adam([s], lr=0.6)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, _STEPS, eta_min=0.05)
    with torch.no_grad():
        before = look_distance(x, s, y)
    for step in range(_STEPS):
        optimiser.zero_grad()
        loss = look_distance(x, s, y) + (price * torch.sqrt(s**2 + 0.01)).sum(1)
        loss.sum().backward()
        if step < _STEPS // 3 and s.grad is not None:
            s.grad *= light
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return s.detach(), before, look_distance(x, s, y)
