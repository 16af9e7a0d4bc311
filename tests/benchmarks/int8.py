"""What a pack with weights in 8 bits costs and saves.

    python -m tests.benchmarks.int8 PHOTOS [--base DIR]

``PHOTOS``: as for ``tests.benchmarks.protocol``; the shots of val photos are compared.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from model_core.domain.develop import PARAMS
from model_core.predict.fold import MODEL_FILE
from model_core.predict.onnx_network import OnnxNetwork
from model_core.predict.shrink import shrink
from tests.benchmarks.protocol_shots import shots_of

ASSETS = Path(__file__).parents[2] / "assets"


def main() -> int:
    parser = argparse.ArgumentParser(description="Size, error and time of 8-bit weights.")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--base", type=Path, default=ASSETS / "base")
    parser.add_argument("--cache", type=Path, default=Path("build") / "protocol")
    args = parser.parse_args()
    shots = shots_of(args.photos, "val", args.cache)
    with tempfile.TemporaryDirectory() as folder:
        whole = args.base / MODEL_FILE
        small = Path(shutil.copy(whole, folder))
        shrink(small, shots.images[:1])
        files = {"half floats": whole, "8 bits": small}
        answers = {}
        for name, file in files.items():
            network = OnnxNetwork(file, name)
            started = time.perf_counter()
            answers[name] = np.concatenate([network.run(i[None])[0] for i in shots.images])
            each = (time.perf_counter() - started) / len(shots) * 1000
            print(f"{name:12} {file.stat().st_size / 1e6:5.2f} MB  {each:5.1f} ms a photo")
    one, other = answers.values()
    gap = np.abs(one - other) / np.array([p.jnd for p in PARAMS])
    print(
        f"settings on {len(shots)} shots of {len(np.unique(shots.photo))} val photos: mean "
        f"{gap.mean():.4f} J apart, 99th percentile {np.quantile(gap, 0.99):.3f}, "
        f"largest {gap.max():.3f}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
