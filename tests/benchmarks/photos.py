"""The photo sets that benchmarks read: a folder with a manifest.csv."""

from __future__ import annotations

import csv
from pathlib import Path


def listed(folder: Path, split: str) -> list[Path]:
    """Photos of one split of ``folder/manifest.csv``, in the order of the file."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [folder / row["file"] for row in csv.DictReader(file) if row["split"] == split]
