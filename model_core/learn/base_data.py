"""Lessons for the base model: bad versions of good photos and the settings that mend them.

Made in three stages, each kept in a folder so that a killed run goes on: pictures (one
file a photo), labels (they depend on the look), and what the network sees of the pictures.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch

from model_core.domain.develop import PIPELINE_VERSION
from model_core.domain.errors import CannotTrain
from model_core.domain.image import CodedImage, Float32
from model_core.imaging.colour import to_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.learn.degrade import RECIPE, as_file, degrade, misexpose
from model_core.learn.export_onnx import backbone_session
from model_core.learn.grounds import on_page, on_white
from model_core.learn.labels import fit_labels
from model_core.learn.network import CNN_SIDE, DevelopNet, PhotometricStatistics
from model_core.predict.onnx_network import network_input
from model_core.progress import Progress

LOOK_SIDE = 48  # pixels a side at which renderings are compared
_DECODED = 320  # long side of the photo that is made worse
#: Photos of this source are very saturated; their share is capped.
_CAPPED, _CAP = "quantette-", 0.4
_MISEXPOSED = 0.15  # share of lessons that are only too bright or too dark
#: Besides these, so many of a thing on a white ground, and of a page; more of them are left as
#: they are, since it is what is left of the white that must be learned.
_WHITE = ((on_white, 1 / 6), (on_page, 1 / 8))
_WHITE_UNTOUCHED, _WHITE_MISEXPOSED = 0.5, 0.2
#: What is as bright in all channels is blown, and all that was there is lost: grey is as wrong
#: there as white, and looks worse. So half of the way to white is what is wanted.
_BLOWN, _LOST = 0.97, 0.5
_WORTH_EXPORTING = 500  # pictures: an export takes as long as so many in torch


@dataclass(slots=True)
class Lessons:
    """N lessons. ``measured``, ``colours``, ``embedding``: what the network sees before
    anything learned here; ``bad``, ``good``: (N, LOOK_SIDE**2, 3) float16 working light;
    ``labels``: (N, P) float32 in J; ``photo``: (N,) index of the source photo; ``row``:
    (N,) its number among the photo's copies; ``touched``: (N,) bool."""

    measured: npt.NDArray[np.float32]
    colours: npt.NDArray[np.float16]
    embedding: npt.NDArray[np.float32]
    bad: npt.NDArray[np.float16]
    good: npt.NDArray[np.float16]
    labels: npt.NDArray[np.float32]
    photo: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    touched: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.photo)

    def take(self, mask: npt.NDArray[np.bool_]) -> Lessons:
        return Lessons(*(getattr(self, f.name)[mask] for f in fields(self)))


class Pictures:
    """The network inputs of all lessons, on disk: (224, 224, 3) uint8 each."""

    def __init__(self, folder: Path, count: int) -> None:
        self._files = [folder / f"{index:04}-images.npy" for index in range(count)]

    def of(self, index: int) -> npt.NDArray[np.uint8]:
        """All copies of one photo."""
        copies: npt.NDArray[np.uint8] = np.load(self._files[index], mmap_mode="r")
        return copies

    def take(self, photo: npt.NDArray[np.int64], row: npt.NDArray[np.int64]) -> Float32:
        """(n, 3, 224, 224) float32 0..1 of these lessons."""
        found = np.stack([self.of(int(p))[int(r)] for p, r in zip(photo, row, strict=True)])
        return as_input(found)


def as_input(pixels: npt.NDArray[np.uint8]) -> Float32:
    """(n, H, W, 3) uint8 -> (n, 3, H, W) float32 0..1."""
    blob: Float32 = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)
    blob /= 255
    return blob


def listed(folder: Path, split: str) -> list[Path]:
    """Photos of one split of ``folder/manifest.csv``, in the order of the file. Raises
    CannotTrain when there is no such file."""
    try:
        with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
            return [folder / row["file"] for row in csv.DictReader(file) if row["split"] == split]
    except (OSError, KeyError) as error:
        raise CannotTrain(
            f"{folder}: needs a manifest.csv with the columns file and split ({error})"
        ) from None


def make_lessons(
    photos: list[Path],
    copies: int,
    seed: int,
    net: DevelopNet,
    backbone: str,
    work: Path,
    device: str,
    progress: Progress,
) -> tuple[Lessons, Pictures]:
    """Degrades each photo ``copies`` times, and some of it on white grounds and pages, fits the
    labels and computes what the network sees. Deterministic for a seed; what ``work`` has
    already is not made again. Raises UnreadablePhoto or Cancelled."""
    folder = work / f"pictures-{seed}-{copies}-recipe{RECIPE}"
    folder.mkdir(parents=True, exist_ok=True)
    looks = _make_pictures(photos, copies, seed, folder, progress)
    pictures = Pictures(folder, len(photos))
    looks["good"] = _reachable(looks["bad"], looks["good"])
    kept = _kept(folder / f"labels-look{PIPELINE_VERSION}.npz")
    if kept is None:
        labels, undone = fit_labels(looks["bad"], looks["good"], looks["touched"], progress, device)
        kept = _keep(folder / f"labels-look{PIPELINE_VERSION}.npz", labels=labels, undone=undone)
    path = folder / f"seen-{backbone}-{CNN_SIDE}-{PhotometricStatistics.MEASURED}.npz"
    seen = _kept(path)
    if seen is None:
        found = _look_at(net, pictures, len(photos), device, folder, progress)
        seen = _keep(path, **found)
    lessons = Lessons(
        seen["measured"], seen["colours"], seen["embedding"], looks["bad"], looks["good"],
        kept["labels"], looks["photo"], looks["row"], looks["touched"],
    )  # fmt: skip
    return lessons.take(kept["undone"]), pictures


def _kept(path: Path) -> dict[str, npt.NDArray] | None:
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as data:
        return dict(data)


def _keep(path: Path, **arrays: npt.NDArray) -> dict[str, npt.NDArray]:
    partial = path.with_name(f"part-{path.name}")
    np.savez(partial, **cast(dict[str, Any], arrays))
    partial.replace(path)
    return arrays


def _make_pictures(
    photos: list[Path], copies: int, seed: int, folder: Path, progress: Progress
) -> dict[str, npt.NDArray]:
    """One file of images and one of looks for each photo; both cores are used."""

    def one(index: int) -> dict[str, npt.NDArray]:
        path = folder / f"{index:04}-looks.npz"
        kept = _kept(path)
        if kept is not None:
            return kept
        rng = np.random.default_rng([seed, index])
        share = _CAP if photos[index].name.startswith(_CAPPED) else 1.0
        light = to_linear(decode_proxy(photos[index], _DECODED)[1]).pixels
        rows = [_one_lesson(light, rng) for _ in range(max(2, round(copies * share)))]
        for made, often in _WHITE:
            for _ in range(max(1, round(copies * share * often))):
                rows.append(_mostly_white(light, made, rng))
        # The looks are written last: a photo is done when they are there.
        np.save(folder / f"{index:04}-images.npy", np.stack([r[0] for r in rows]))
        return _keep(
            path, bad=np.stack([r[1] for r in rows]), good=np.stack([r[2] for r in rows]),
            touched=np.array([r[3] for r in rows]), photo=np.full(len(rows), index),
            row=np.arange(len(rows)),
        )  # fmt: skip

    blocks = []
    with ThreadPoolExecutor(2) as pool:
        for done, block in enumerate(pool.map(one, range(len(photos))), 1):
            blocks.append(block)
            progress.report(done, len(photos), "making lessons")
    return {name: np.concatenate([b[name] for b in blocks]) for name in blocks[0]}


_Lesson = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16], npt.NDArray[np.float16], bool]


def _one_lesson(light: Float32, rng: np.random.Generator) -> _Lesson:
    """One random bad version of the photo, half of the time of a part of it: the program sees
    whole photos, which reach from black to white."""
    good = _some_crop(light, rng)
    bad = misexpose(good, rng) if rng.random() < _MISEXPOSED else degrade(good, rng)
    return _as_lesson(good, bad, rng)


def _mostly_white(
    light: Float32,
    made: Callable[[Float32, np.random.Generator], Float32],
    rng: np.random.Generator,
) -> _Lesson:
    good, chance = made(_some_crop(light, rng), rng), rng.random()
    if chance < _WHITE_UNTOUCHED:
        return _as_lesson(good, good, rng)
    only_light = chance < _WHITE_UNTOUCHED + _WHITE_MISEXPOSED
    return _as_lesson(good, misexpose(good, rng) if only_light else degrade(good, rng), rng)


def _as_lesson(good: Float32, bad: Float32, rng: np.random.Generator) -> _Lesson:
    """(network input, bad, good, touched)."""
    code = as_file(bad, rng)
    image = network_input(CodedImage(code))
    seen = to_working(code.astype(np.float32) / 255, "srgb")
    return image, _look(seen), _look(good), bad is not good


def _some_crop(light: Float32, rng: np.random.Generator) -> Float32:
    return _crop(light, rng, 1.0 if rng.random() < 0.5 else rng.uniform(0.6, 1.0))


def _crop(light: Float32, rng: np.random.Generator, share: float) -> Float32:
    height, width = light.shape[:2]
    h, w = max(8, round(height * share)), max(8, round(width * share))
    top, left = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    crop = light[top : top + h, left : left + w]
    return np.ascontiguousarray(crop[:, ::-1] if rng.random() < 0.5 else crop)


def _look(light: Float32) -> npt.NDArray[np.float16]:
    """LOOK_SIDE**2 sample pixels of the picture, on a regular grid."""
    rows = np.linspace(0, light.shape[0] - 1, LOOK_SIDE).astype(int)
    columns = np.linspace(0, light.shape[1] - 1, LOOK_SIDE).astype(int)
    return light[np.ix_(rows, columns)].reshape(-1, 3).astype(np.float16)


def _reachable(bad: npt.NDArray[np.float16], good: npt.NDArray[np.float16]) -> npt.NDArray:
    """What is to be got from the bad pictures (N, pixels, 3): the good ones but where bad is
    blown."""
    result = good.copy()
    for before, after in zip(bad, result, strict=True):
        blown = before.min(-1) > _BLOWN
        after[blown] += np.float16(_LOST) * (1 - after[blown])
    return result


def _look_at(
    net: DevelopNet, pictures: Pictures, count: int, device: str, folder: Path, progress: Progress
) -> dict[str, npt.NDArray]:
    """Statistics, colour histogram and embedding of all pictures. Many of them, on a CPU, the
    backbone sees in onnxruntime, several times faster than in torch."""
    many = sum(len(pictures.of(index)) for index in range(count)) > _WORTH_EXPORTING
    session = None
    if device == "cpu" and many:
        session = backbone_session(net, folder / "backbone.onnx")
    statistics = net.statistics
    blocks: dict[str, list[npt.NDArray]] = {"measured": [], "colours": [], "embedding": []}
    with torch.inference_mode():
        for index in range(count):
            blob = as_input(pictures.of(index))
            image = torch.from_numpy(blob).to(device)
            measured, histogram = statistics.seen(statistics.thinned(image))
            blocks["measured"].append(measured.cpu().numpy())
            blocks["colours"].append(histogram.half().cpu().numpy())
            blocks["embedding"].append(
                session.run(None, {"image": blob})[0] if session
                else net.embed(image).float().cpu().numpy()
            )  # fmt: skip
            progress.report(index + 1, count, "looking at the lessons")
    return {name: np.concatenate(parts) for name, parts in blocks.items()}
