"""What is installed, what is missing, and what follows: ``imgtune doctor``."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from model_core import __version__
from model_core.assets import assets_dir, sample_photos
from model_core.domain.errors import ImgtuneError
from model_core.imaging.cores import CORES
from model_core.services import Studio, default_data_dir

#: Distribution, module, what it is needed for, whether nothing goes without it.
_NEEDED = (
    ("numpy", "numpy", "everything", True),
    ("pillow", "PIL", "reading and writing photos", True),
    ("opencolorio", "PyOpenColorIO", "the preview and the export", True),
    ("onnxruntime", "onnxruntime", "predicting", True),
    ("rawpy", "rawpy", "camera raw files", False),
    ("pillow-heif", "pillow_heif", "HEIC files", False),
    ("PySide6-Essentials", "PySide6", "the window", False),
    ("torch", "torch", "fine-tuning", False),
    ("timm", "timm", "fine-tuning", False),
    ("peft", "peft", "fine-tuning", False),
    ("onnx", "onnx", "fine-tuning and packs", False),
    ("onnxscript", "onnxscript", "fine-tuning", False),
)


def report(data_dir: Path | None) -> tuple[list[str], bool]:
    """Lines to print, and whether the program can do all it is made for."""
    lines = [
        f"imgtune {__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {CORES} cores"
    ]
    healthy = True
    for distribution, module, purpose, _ in _NEEDED:
        if importlib.util.find_spec(module) is None:
            healthy = False
            lines.append(
                f"MISSING  {distribution}: needed for {purpose}; pip install {distribution}"
            )
            continue
        try:
            found = version(distribution)
        except PackageNotFoundError:
            found = "present"
        lines.append(f"ok       {distribution} {found}")
    lines += [_providers(), _devices()]
    for line, good in (_base(), _data(data_dir or default_data_dir()), _display()):
        lines.append(line)
        healthy = healthy and good
    return lines, healthy


def _providers() -> str:
    if importlib.util.find_spec("onnxruntime") is None:
        return "MISSING  no prediction without onnxruntime"
    import onnxruntime

    names = ", ".join(onnxruntime.get_available_providers())
    return f"ok       onnxruntime offers {names}; predictions use the CPU"


def _devices() -> str:
    if importlib.util.find_spec("torch") is None:
        return "MISSING  no fine-tuning without torch; the personal head still learns"
    import torch

    if torch.cuda.is_available():
        return f"ok       fine-tuning uses the GPU {torch.cuda.get_device_name(0)}"
    if torch.backends.mps.is_available():
        return "ok       fine-tuning uses the GPU (mps)"
    return f"ok       no GPU: fine-tuning uses the CPU ({torch.get_num_threads()} threads)"


def _base() -> tuple[str, bool]:
    model = assets_dir() / "base" / "model.onnx"
    if not model.is_file():
        return f"MISSING  {model}: install imgtune again", False
    return f"ok       base model in {model.parent}, {len(sample_photos())} sample photos", True


def _data(folder: Path) -> tuple[str, bool]:
    try:
        studio = Studio(folder)
    except ImgtuneError as error:
        return f"BROKEN   {error}", False
    styles = ", ".join(f"{s.name} ({s.lessons} lessons, {s.version})" for s in studio.styles())
    warnings = "".join(f"\n         {w}" for w in studio.warnings)
    studio.close()
    free = shutil.disk_usage(folder).free / 1e9
    return f"ok       data in {folder}, {free:.0f} GB free; styles: {styles}{warnings}", True


def _display() -> tuple[str, bool]:
    if not sys.platform.startswith("linux"):
        return "ok       display", True
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return "ok       there is a display for the window", True
    return "note     no display here: the window cannot open, the command line works", True
