"""Learns across made-up photographers what they look at, and how much each of it moves them.

    python -m tests.benchmarks.prior PHOTOS [--base assets/base] [--out assets/prior.safetensors]

The first part becomes the last features of the base's network, which is written anew with its
hashes (its own settings stay what they are); the second is the personal head's prior. Only
train photos and development families are used. Run it whenever the base changes: a minute.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model_core.learn.export_onnx import export_onnx, parity
from model_core.learn.network import DevelopNet
from model_core.learn.taste import AXES, BELLS, TASTES, Taste
from model_core.predict.fold import MODEL_FILE
from model_core.predict.prior import PRIOR_FILE, save_prior
from model_core.storage.atomic import replacing, write_atomic
from tests.benchmarks.protocol_photographers import DEVELOPMENT, photographers, standardised
from tests.benchmarks.protocol_shots import Float64, Shots, shots_of

ASSETS = Path(__file__).parents[2] / "assets"
WEIGHTS, MANIFEST = "weights.safetensors", "manifest.json"
EACH, SEED = 60, 77
_REMADE = ("head.taste.", "head.personal")
_PARTS = 5  # of the photos, each of which is told by the others once
_SHARP = 4  # power of promax
_RIDGE = 0.02  # beside features of variance 1


def wants(shots: Shots) -> Float64:
    """All that photographers of the development families want of these shots beyond their
    offsets, (N, sliders of all)."""
    facts = standardised(shots.facts, shots.facts)
    wanted = []
    for who in photographers(DEVELOPMENT, EACH, shots.facts, SEED):
        if who.rule is not None:
            shift = who.wants(facts)
            wanted.append(shift - shift.mean(0))
    return np.concatenate(wanted, 1)


def tastes(wanted: Float64) -> Float64:
    """What many of them go by, each of few: (N, AXES), of deviation 1, the principal components
    of all wants (N, W) turned to a simple structure (varimax, then promax, which allows that
    what they go by goes together: Hendrickson and White 1964), the weightiest first."""
    shared, sizes, moved = np.linalg.svd(wanted, full_matrices=False)
    shared, moved = shared[:, :AXES], (moved[:AXES] * sizes[:AXES, None]).T
    moved /= np.sqrt((moved**2).sum(1, keepdims=True)) + 1e-9
    turn = _varimax(moved)
    simple = moved @ turn
    sharper = np.linalg.lstsq(simple, simple * np.abs(simple) ** (_SHARP - 1), rcond=None)[0]
    sharper *= np.sqrt(np.diag(np.linalg.inv(sharper.T @ sharper)))
    order = np.argsort(-((simple @ sharper) ** 2).sum(0))
    axes = (shared @ turn @ np.linalg.inv(sharper).T)[:, order]
    result: Float64 = axes / axes.std(0)
    return result


def _varimax(loadings: Float64) -> Float64:
    """The rotation after which each row has few large entries (Kaiser 1958)."""
    turn, size = np.eye(loadings.shape[1]), 0.0
    for _ in range(300):
        turned = loadings @ turn
        cubes = turned**3 - turned * (turned**2).mean(0)
        u, s, v = np.linalg.svd(loadings.T @ cubes)
        turn, size, before = u @ v, float(s.sum()), size
        if size < before * (1 + 1e-8):
            break
    return turn


def fit(net: DevelopNet, shots: Shots) -> Float64:
    """Teaches ``net`` to see the tastes; returns how much each moves photographers, (TASTES,)."""
    wanted, seen = wants(shots), []
    with torch.no_grad():
        for start in range(0, len(shots), 64):
            images = torch.from_numpy(shots.images[start : start + 64]).permute(0, 3, 1, 2)
            seen.append(net.statistics(images.float() / 255))
        inputs, targets = torch.cat(seen), torch.from_numpy(tastes(wanted)).float()
        net.head.taste.fit(inputs, targets)
        found = on_new_photos(inputs, targets, shots.photo)
    return moves(found, wanted)


def moves(found: Float64, wanted: Float64) -> Float64:
    """How much each feature (N, TASTES) moves photographers: the root mean square of its
    weights in what they want (N, W), one figure for all bells of an axis."""
    gram = found.T @ found / len(found) + _RIDGE * np.eye(found.shape[1])
    weights = np.linalg.solve(gram, found.T @ wanted / len(found))
    each = (weights**2).mean(1)
    along = each[AXES:].reshape(AXES, -1).mean(1)
    result: Float64 = np.sqrt(np.r_[each[:AXES], np.repeat(along, len(BELLS))])
    return result


#: An axis may matter to somebody, or its bells.
GROUPS = np.r_[np.arange(AXES), AXES + np.repeat(np.arange(AXES), len(BELLS))]


def on_new_photos(inputs: torch.Tensor, wanted: torch.Tensor, photo: np.ndarray) -> Float64:
    """What is seen of the tastes on photos that the fit did not know, (N, TASTES): on its own,
    nearly all of it, which made the last tastes count for five times what they are worth."""
    part = np.random.default_rng(SEED).permutation(int(photo.max()) + 1)[photo] % _PARTS
    found = np.zeros((len(wanted), TASTES))
    for k in range(_PARTS):
        others = Taste(inputs.shape[1])
        others.fit(inputs[part != k], wanted[part != k])
        found[part == k] = others(inputs[part == k]).numpy()
    return found


def write(net: DevelopNet, base: Path) -> str:
    """Writes weights and network to ``base``, and their hashes; returns that of the weights."""
    state = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    with replacing(base / MODEL_FILE) as network, replacing(base / WEIGHTS) as weights:
        export_onnx(net, network, "base")
        save_file({k: v.contiguous() for k, v in state.items()}, weights)
    manifest = json.loads((base / MANIFEST).read_text(encoding="utf-8"))
    for name in (WEIGHTS, MODEL_FILE):
        manifest["sha256"][name] = hashlib.sha256((base / name).read_bytes()).hexdigest()
    manifest["onnx_bytes"]["float32"] = (base / MODEL_FILE).stat().st_size
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    write_atomic(base / MANIFEST, text.encode())
    return str(manifest["sha256"][WEIGHTS])


def _without_taste(base: Path) -> DevelopNet:
    """The base's network, whose tastes may have been of another size."""
    net, weights = DevelopNet(), load_file(base / WEIGHTS)
    fresh = net.state_dict()
    kept = {k: v.float() for k, v in weights.items() if not k.startswith(_REMADE)}
    net.load_state_dict({k: kept.get(k, v) for k, v in fresh.items()})
    return net.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn what photographers look at.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--out", type=Path, default=ASSETS / PRIOR_FILE)
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    args = parser.parse_args()
    shots = shots_of(args.photos, "train", args.cache)
    net = _without_taste(args.base)
    moved = fit(net, shots)
    facts = {"families": ", ".join(DEVELOPMENT), "each": str(EACH), "shots": str(len(shots)),
             "command": "python -m tests.benchmarks.prior PHOTOS"}  # fmt: skip
    save_prior(moved, GROUPS, write(net, args.base), facts, args.out)
    print(f"{args.out}: learned from {EACH} photographers of each of {len(DEVELOPMENT)} families; "
          f"onnx differs by {parity(net, args.base / MODEL_FILE):.4f} J")  # fmt: skip


if __name__ == "__main__":
    main()
