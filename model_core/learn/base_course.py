"""Lessons as the training loop takes them: with what the network sees of them now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model_core.domain.develop import PARAM_NAMES, PARAMS
from model_core.domain.errors import CannotTrain
from model_core.imaging.colour import from_working, to_working
from model_core.imaging.steps.white_balance import white_balance
from model_core.learn.base_data import Lessons, Pictures
from model_core.learn.illuminant import WB
from model_core.learn.network import MEMBERS, DevelopNet

_EXPOSURE = PARAM_NAMES.index("exposure_ev")


@dataclass(slots=True)
class Course:
    """Lessons as the training loop takes them. ``stats``: (N, COUNT), with the light seen;
    ``learns``: (MEMBERS, N) bool, which member of the head learns from which lesson."""

    lessons: Lessons
    pictures: Pictures | None
    stats: Tensor
    learns: Tensor
    device: torch.device

    @staticmethod
    def of(
        net: DevelopNet, lessons: Lessons, pictures: Pictures | None, device: torch.device,
        learns: npt.NDArray[np.bool_] | None = None,
    ) -> Course:  # fmt: skip
        """Without ``learns`` nobody learns from them."""
        with torch.no_grad():
            parts = [
                net.statistics.joined(m.to(device), c.to(device).float()).cpu()
                for m, c in zip(
                    torch.from_numpy(lessons.measured).split(512),
                    torch.from_numpy(lessons.colours).split(512),
                    strict=True,
                )
            ]
        if learns is None:
            learns = np.zeros((MEMBERS, len(lessons)), bool)
        return Course(lessons, pictures, torch.cat(parts), torch.from_numpy(learns), device)

    @property
    def learned(self) -> Tensor:
        """Rows that some member learns from."""
        return self.learns.any(0).nonzero()[:, 0]

    @property
    def held(self) -> Tensor:
        """Rows that some member does not learn from: what it is judged by."""
        return (~self.learns).any(0).nonzero()[:, 0]

    def images(self, rows: Tensor) -> Tensor:
        """(n, 3, 224, 224) of these lessons."""
        if self.pictures is None:
            raise CannotTrain("these lessons have no pictures; only the head can be trained")
        index = rows.numpy()
        found = self.pictures.take(self.lessons.photo[index], self.lessons.row[index])
        return torch.from_numpy(found).to(self.device)

    def of_rows(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Statistics, embedding, bad, good, labels."""
        index, data = rows.numpy(), self.lessons
        arrays = (data.embedding, data.bad, data.good, data.labels)
        rest = [torch.from_numpy(a[index]).to(self.device).float() for a in arrays]
        return (self.stats[rows].to(self.device), *rest)  # type: ignore[return-value]


def shared_out(photo: npt.NDArray[np.int64], held_out: bool) -> npt.NDArray[np.bool_]:
    """Which member learns from which lesson, (MEMBERS, N): each leaves out another fifth of
    the photos; with ``held_out`` all leave out the same, the development fold."""
    own = np.zeros(MEMBERS, int) if held_out else np.arange(MEMBERS)
    result: npt.NDArray[np.bool_] = photo % MEMBERS != own[:, None]
    return result


def unseen_answers(net: DevelopNet, course: Course, rows: Tensor, embedding: Tensor) -> Tensor:
    """What those members say to these lessons that did not learn from them, (n, P) in J."""
    answers = net.head.members(course.stats[rows].to(embedding.device), embedding)
    fresh = ~course.learns[:, rows, None].to(embedding.device)
    mean: Tensor = (answers * fresh).sum(0) / fresh.sum(0)
    return mean


def embed(net: DevelopNet, images: Tensor) -> Tensor:
    """The embedding, in half precision where a GPU does it."""
    device = images.device.type
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        return net.embed(images).float()


def embedded(net: DevelopNet, course: Course, rows: Tensor) -> Tensor:
    """The backbone's answers to these lessons now."""
    with torch.no_grad():
        parts = [embed(net, course.images(some)) for some in rows.split(64)]
    return torch.cat(parts)


@dataclass(frozen=True, slots=True)
class Shift:
    """Another exposure and another light for each lesson of a batch, half of them none."""

    stops: Tensor
    wb: Tensor  # (n, 2) in J

    @staticmethod
    def random(count: int, device: torch.device) -> Shift:
        some = (torch.rand(count, 1, device=device) < 0.5).float()
        stops = torch.randn(count, 1, device=device) * 0.5 * some
        return Shift(stops, torch.randn(count, 2, device=device) * 2.0 * some)

    def of_light(self, light: Tensor) -> Tensor:
        """Working light (n, pixels, 3)."""
        jnd = [PARAMS[i].jnd for i in WB]
        warm, magenta = (self.wb[:, i, None, None] * jnd[i] for i in range(2))
        lit = white_balance(light * torch.exp2(self.stops)[..., None], warm, magenta)
        result: Tensor = lit.clamp(0, 1)
        return result

    def of_images(self, images: Tensor) -> Tensor:
        """(n, 3, H, W) sRGB 0..1."""
        flat = images.flatten(2).transpose(1, 2)
        code: Tensor = from_working(self.of_light(to_working(flat, "srgb")), "srgb")
        return code.transpose(1, 2).reshape(images.shape)

    def of_labels(self, labels: Tensor) -> Tensor:
        """A picture that is lighter by e stops wants e stops less."""
        moved = labels.clone()
        moved[:, _EXPOSURE] -= self.stops[:, 0] / PARAMS[_EXPOSURE].jnd
        moved[:, WB] -= self.wb
        return moved
