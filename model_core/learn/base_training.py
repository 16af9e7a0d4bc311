"""How the shipped base model is made. One command, repeatable by anyone:

    python -m model_core.learn.base_training --photos DIR --out assets/base

``DIR`` holds photos and a manifest.csv with a column ``split`` (train / val). The val split
is only reported on; every fifth train photo is the development fold that stops training and
calibrates the spread. The lessons are kept in ``--work``, so that a killed run goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from model_core.domain.develop import PARAM_NAMES, PIPELINE_VERSION
from model_core.imaging.colour import cielab, delta_e2000
from model_core.imaging.pipeline import develop
from model_core.learn.base_data import Lessons, listed, look_distance, make_lessons, settings_of
from model_core.learn.export_onnx import export_onnx, parity
from model_core.learn.network import Z_EMBEDDING, Z_STATISTICS, DevelopNet, load_imagenet
from model_core.progress import Progress

MANIFEST_SCHEMA = 1
_EPOCHS, _PATIENCE, _BATCH = 60, 14, 64
#: Chosen on the development fold. Less weight on the labels renders as well, but spreads an
#: exposure over four tone sliders; a good photo left alone counts more than a bad one mended.
_LABEL_WEIGHT, _GOOD_WEIGHT = 1.0, 3.0
_PIXELS = 288  # of each lesson's look, drawn anew in every step


def train_base(
    photos: Path, out: Path, work: Path, *, copies: int, seed: int, device: str, progress: Progress
) -> dict[str, Any]:
    """Trains, writes ``weights.safetensors``, ``model.onnx`` and ``manifest.json`` to
    ``out`` and returns the manifest. Raises CannotTrain, UnreadablePhoto or Cancelled."""
    started = time.monotonic()
    torch.manual_seed(seed)
    net = DevelopNet().eval()
    origin = load_imagenet(net)
    _round_to_halves(net)  # before anything is learned on top
    train_photos, val_photos = listed(photos, "train"), listed(photos, "val")
    lessons = _lessons(train_photos, copies, seed, net, progress, work / "train.npz")
    development = lessons.photo % 5 == 0
    fit_head(net, lessons.take(~development), lessons.take(development), device, progress)
    _round_to_halves(net)  # the figures are those of the file that ships
    val = _lessons(val_photos, 6, seed + 1, net, progress, work / "val.npz")
    figures = {
        "development": evaluate(net, lessons.take(development), lessons.labels[lessons.touched]),
        "val": evaluate(net, val, lessons.labels[lessons.touched]),
    }
    return _write(net, out, {
        "backbone": origin,
        "photos": {"train": len(train_photos), "val": len(val_photos)},
        "lessons": {"train": len(lessons.stats), "val": len(val.stats)},
        "copies": copies, "seed": seed, "figures": figures,
        "minutes": round((time.monotonic() - started) / 60, 1),
    })  # fmt: skip


def _round_to_halves(net: DevelopNet) -> None:
    """Weights as they ship: rounded to half floats."""
    for tensor in net.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half().float())


def _lessons(
    photos: list[Path], copies: int, seed: int, net: DevelopNet, progress: Progress, kept: Path
) -> Lessons:
    if kept.exists():
        return Lessons.load(kept)
    kept.parent.mkdir(parents=True, exist_ok=True)
    lessons = make_lessons(photos, copies, seed, net, progress, kept.parent)
    partial = kept.with_suffix(".part.npz")
    lessons.save(partial)
    partial.replace(kept)
    return lessons


def fit_head(
    net: DevelopNet, train: Lessons, dev: Lessons, device: str, progress: Progress
) -> None:
    """Trains the head on cached features: Huber on the labels plus the rendered distance,
    early-stopped on the development fold; then spread and the projections of z."""
    head = net.head.to(device)
    _standardise(net, train)
    weights = [p for n, p in head.named_parameters() if not n.startswith("log_spread")]
    optimiser = torch.optim.AdamW(weights, lr=2e-3, weight_decay=1e-2)
    steps = _EPOCHS * (len(train.stats) // _BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    data, held = _tensors(train, device), _tensors(dev, device)
    best, best_state, waited = float("inf"), None, 0
    for epoch in range(_EPOCHS):
        head.train()
        for rows in torch.randperm(len(train.stats)).split(_BATCH):
            optimiser.zero_grad()
            _loss(head, [d[rows.to(device)] for d in data]).backward()
            optimiser.step()
            schedule.step()
        head.eval()
        with torch.no_grad():
            score = float(_loss(head, held))
        if score < best - 1e-3:
            best, waited = score, 0
            best_state = {k: v.clone() for k, v in head.state_dict().items()}
        else:
            waited += 1
        progress.report(epoch + 1, _EPOCHS, f"training the head, development loss {score:.3f}")
        if waited > _PATIENCE:
            break
    assert best_state is not None
    head.load_state_dict(best_state)
    head.eval()
    _fit_spread(net, held)
    _fit_projections(net, data)
    net.cpu()


def _tensors(lessons: Lessons, device: str) -> list[Tensor]:
    parts = (lessons.stats, lessons.embedding, lessons.bad, lessons.good, lessons.labels)
    return [torch.from_numpy(p).to(device) for p in parts]


def _loss(head: Any, batch: list[Tensor]) -> Tensor:
    stats, embedding, bad, good, labels = batch
    settings, _, _ = head(stats, embedding)
    pixels = (
        torch.randperm(bad.shape[1], device=bad.device)[:_PIXELS]
        if head.training
        else slice(0, None, bad.shape[1] // _PIXELS)
    )
    rendered = look_distance(bad[:, pixels].float(), settings, good[:, pixels].float())
    huber = torch.nn.functional.huber_loss(settings, labels, delta=2.0, reduction="none").mean(1)
    untouched = labels.abs().sum(1) == 0
    weight = torch.where(untouched, _GOOD_WEIGHT, 1.0)
    return (weight * (rendered + _LABEL_WEIGHT * huber)).sum() / weight.sum()


def _standardise(net: DevelopNet, train: Lessons) -> None:
    head = net.head
    for name, values in (("stats", train.stats), ("embedding", train.embedding)):
        mean, scale = values.mean(0), 1.0 / (values.std(0) + 1e-3)
        getattr(head, f"{name}_mean").copy_(torch.from_numpy(mean))
        getattr(head, f"{name}_scale").copy_(torch.from_numpy(scale))


def _fit_spread(net: DevelopNet, held: list[Tensor]) -> None:
    """Fits the log spread to the errors on the development fold (Gaussian likelihood), by
    halves of it, so that the spread is honest on photos not trained on."""
    head = net.head
    for p in head.parameters():
        p.requires_grad_(False)
    torch.nn.init.zeros_(head.log_spread.weight)
    with torch.no_grad():
        error = head(held[0], held[1])[0] - held[4]
        head.log_spread.bias.copy_(torch.log(error.std(0) + 1e-3))
    last = list(head.log_spread.parameters())
    for p in last:
        p.requires_grad_(True)
    optimiser = torch.optim.AdamW(last, lr=1e-3, weight_decay=0.1)
    for _ in range(300):
        optimiser.zero_grad()
        log_spread = head(held[0], held[1])[1]
        loss = (log_spread + 0.5 * error**2 * torch.exp(-2 * log_spread)).mean()
        loss.backward()
        optimiser.step()
    for p in head.parameters():
        p.requires_grad_(True)


def _fit_projections(net: DevelopNet, data: list[Tensor]) -> None:
    """Whitened principal components of both blocks: what the personal head works on."""
    head = net.head
    with torch.no_grad():
        stats, embedding = head.normalised(data[0], data[1])
        for block, count, target in (
            (stats, Z_STATISTICS, head.z_statistics),
            (embedding, Z_EMBEDDING, head.z_embedding),
        ):
            _, singular, vectors = torch.linalg.svd(block - block.mean(0), full_matrices=False)
            scale = singular[:count] / len(block) ** 0.5
            target.copy_(vectors[:count].T / scale)


def evaluate(net: DevelopNet, lessons: Lessons, train_labels: np.ndarray) -> dict[str, Any]:
    """deltaE00 to the good photo for no change, mean settings and the network on degraded
    lessons; how far good photos are moved; slider errors in J; coverage of the spread."""
    net = net.cpu().eval()
    stats, embedding, bad, good, labels = _tensors(lessons, "cpu")
    with torch.no_grad():
        predicted, log_spread, _ = net.head(stats, embedding)
    mean = torch.from_numpy(train_labels.mean(0)).expand_as(predicted)
    touched = torch.from_numpy(lessons.touched)

    def distance(settings: Tensor, rows: Tensor) -> dict[str, float]:
        values = _delta_e(bad[rows], settings[rows], good[rows])
        return {
            "mean": round(float(values.mean()), 2),
            "median": round(float(np.median(values)), 2),
            "p90": round(float(np.quantile(values, 0.9)), 2),
        }

    inside = ((predicted - labels).abs() < 1.645 * torch.exp(log_spread)).float().mean()
    error = (predicted - labels).abs().mean(0)
    return {
        "degraded": {
            "no change": distance(torch.zeros_like(predicted), touched),
            "mean settings": distance(mean, touched),
            "base model": distance(predicted, touched),
            "fitted labels (ceiling)": distance(labels, touched),
        },
        "good photos moved by": distance(predicted, ~touched),
        "slider error in J": {
            n: round(float(e), 2) for n, e in zip(PARAM_NAMES, error, strict=True)
        },
        "coverage of 90 % intervals": round(float(inside), 3),
    }


def _delta_e(bad: Tensor, settings: Tensor, good: Tensor) -> np.ndarray:
    """Mean deltaE00 of each rendered lesson to its good photo, (N,)."""
    with torch.no_grad():
        rendered = develop(bad[:, ::2].float(), settings_of(settings))
        a, b = cielab(rendered).numpy(), cielab(good[:, ::2].float()).numpy()
    return np.stack([delta_e2000(x, y).mean() for x, y in zip(a, b, strict=True)])


def _write(net: DevelopNet, out: Path, facts: dict[str, Any]) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    net = net.cpu().eval()
    halves = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    save_file({k: v.contiguous() for k, v in halves.items()}, out / "weights.safetensors")
    export_onnx(net, out / "model.onnx", "base")
    files = ("weights.safetensors", "model.onnx")
    manifest = {
        "schema": MANIFEST_SCHEMA,
        "version": "base",
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "licence": "Apache-2.0 (weights of the heads and the network); photos: see the manifest "
        "of the photo set",
        "pipeline_version": PIPELINE_VERSION,
        "params": list(PARAM_NAMES),
        "command": "python -m model_core.learn.base_training --photos DIR --out assets/base",
        "sha256": {f: hashlib.sha256((out / f).read_bytes()).hexdigest() for f in files},
        "onnx_parity_j": round(parity(net, out / "model.onnx"), 5),
        **facts,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (out / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the shipped base model.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("assets/base"))
    parser.add_argument("--work", type=Path, help="where lessons are kept (default: temporary)")
    parser.add_argument("--copies", type=int, default=24, help="bad versions of each photo")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args(argv)
    started = time.monotonic()

    def show(done: float, total: float, text: str) -> None:
        left = (time.monotonic() - started) / 60
        print(f"\r{text}: {done:.0f} of {total:.0f} ({left:.1f} min)   ", end="", file=sys.stderr)

    with tempfile.TemporaryDirectory() as temporary:
        manifest = train_base(
            args.photos, args.out, args.work or Path(temporary),
            copies=args.copies, seed=args.seed, device=args.device, progress=Progress(show),
        )  # fmt: skip
    print(json.dumps(manifest["figures"], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
