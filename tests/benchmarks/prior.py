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
from safetensors.torch import save_file

from model_core.learn.adapter import load_base
from model_core.learn.export_onnx import export_onnx, parity
from model_core.learn.network import DevelopNet
from model_core.learn.taste import TASTES, Taste
from model_core.predict.fold import MODEL_FILE
from model_core.predict.prior import PRIOR_FILE, save_prior
from model_core.storage.atomic import replacing, write_atomic
from tests.benchmarks.protocol_photographers import DEVELOPMENT, photographers, standardised
from tests.benchmarks.protocol_shots import Float64, Shots, shots_of

ASSETS = Path(__file__).parents[2] / "assets"
WEIGHTS, MANIFEST = "weights.safetensors", "manifest.json"
EACH, SEED = 60, 77
#: Photographers of other families lean less on the first tastes than those fitted to.
_POWER = 0.7
_PARTS = 5  # of the photos, each of which is told by the others once
_LEAST = 0.01  # of a taste is always believed to be seen


def tastes(shots: Shots) -> tuple[Float64, Float64]:
    """The principal components of all that photographers of the development families want of
    these shots beyond their offsets: (N, TASTES), of deviation 1, and their deviations."""
    facts = standardised(shots.facts, shots.facts)
    wanted = []
    for who in photographers(DEVELOPMENT, EACH, shots.facts, SEED):
        if who.rule is not None:
            shift = who.wants(facts)
            wanted.append(shift - shift.mean(0))
    shared, sizes, _ = np.linalg.svd(np.concatenate(wanted, 1), full_matrices=False)
    root = np.sqrt(len(shots))
    return shared[:, :TASTES] * root, sizes[:TASTES] / root


def fit(net: DevelopNet, shots: Shots) -> Float64:
    """Teaches ``net`` to see the tastes; returns how much each moves photographers, (TASTES,)."""
    wanted, sizes = tastes(shots)
    seen = []
    with torch.no_grad():
        for start in range(0, len(shots), 64):
            images = torch.from_numpy(shots.images[start : start + 64]).permute(0, 3, 1, 2)
            seen.append(net.statistics(images.float() / 255))
        inputs, targets = torch.cat(seen), torch.from_numpy(wanted).float()
        net.head.taste.fit(inputs, targets)
        found = _on_new_photos(inputs, targets, shots.photo)
    # What is seen of a taste is less than the taste.
    visible = np.abs((found * wanted).mean(0)).clip(_LEAST)
    return np.asarray((sizes * visible) ** _POWER)


def _on_new_photos(inputs: torch.Tensor, wanted: torch.Tensor, photo: np.ndarray) -> Float64:
    """What is seen of the tastes on photos that the fit did not know, (N, TASTES): on its own,
    nearly all of it, which made the last tastes count for five times what they are worth."""
    part = np.random.default_rng(SEED).permutation(int(photo.max()) + 1)[photo] % _PARTS
    found = np.zeros(wanted.shape)
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn what photographers look at.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--out", type=Path, default=ASSETS / PRIOR_FILE)
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    args = parser.parse_args()
    shots = shots_of(args.photos, "train", args.cache)
    net = load_base(args.base)
    moves = fit(net, shots)
    facts = {"families": ", ".join(DEVELOPMENT), "each": str(EACH), "shots": str(len(shots)),
             "command": "python -m tests.benchmarks.prior PHOTOS"}  # fmt: skip
    save_prior(moves, write(net, args.base), facts, args.out)
    print(f"{args.out}: learned from {EACH} photographers of each of {len(DEVELOPMENT)} families; "
          f"onnx differs by {parity(net, args.base / MODEL_FILE):.4f} J")  # fmt: skip


if __name__ == "__main__":
    main()
