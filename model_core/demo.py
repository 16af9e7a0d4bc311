"""The full loop on the bundled photos, headless: ``imgtune demo``.

A scripted photographer corrects photos of eight scenes one after the other; the other four
scenes are never corrected, and on them the error is measured: before, as lessons come in,
and after the fine-tune. Everything goes through the same services as the window.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.assets import sample_photos
from model_core.demo_page import Picture, Result, write_page
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.domain.image import CodedImage, Proxy
from model_core.domain.photo import Photo
from model_core.domain.prediction import PhotoFeatures
from model_core.imaging.colour import cielab, delta_e2000, to_working
from model_core.imaging.render import reference
from model_core.imaging.steps.tone import lightness
from model_core.progress import Progress
from model_core.services import DEFAULT_STYLE, ExportOptions, Studio
from model_core.variants import VARIANTS, exif_later, write_variant

#: Scenes that are never corrected: what the figures are measured on.
TEST_SCENES = ("otters", "mountain-lake", "piazza", "orange-gates")
_SHOWN = ("otters (under-exposed)", "mountain-lake (flat)", "piazza (warm cast)",
          "orange-gates (dull)", "otters", "mountain-lake (cool cast)")  # fmt: skip
_STOPS = (0, 1, 2, 5, 10, 20, 40)
_SIDE = 768
_JND = np.array([p.jnd for p in PARAMS])


@dataclass(frozen=True, slots=True)
class _Item:
    """One photo of the demo: what the program sees, and what the photographer wants."""

    photo: Photo
    proxy: Proxy
    features: PhotoFeatures
    wanted: DevelopSettings
    scene: str


def run_demo(
    out: Path, data_dir: Path | None, progress: Progress, say: Callable[[str], None]
) -> Path:
    """Runs the loop, writes pictures and ``index.html`` to ``out``; returns the page.

    Without ``data_dir`` a temporary one is used, so that no lessons of the user are mixed
    with the script's. Raises CannotWrite, and what the services raise.
    """
    try:
        (out / "photos").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{out}: cannot be made ({error.strerror})") from None
    temporary = tempfile.mkdtemp(prefix="imgtune-demo-")
    studio = Studio(data_dir or Path(temporary))
    try:
        return _run(studio, out, progress, say)
    finally:
        studio.close()
        shutil.rmtree(temporary, ignore_errors=True)


def _run(studio: Studio, out: Path, progress: Progress, say: Callable[[str], None]) -> Path:
    style = f"Demo {len(studio.styles())}" if studio.lessons(DEFAULT_STYLE) else DEFAULT_STYLE
    if style != DEFAULT_STYLE:
        studio.create_style(style)
    items = _make_items(studio, style, out / "photos", progress)
    test = [i for i in items if i.scene in TEST_SCENES]
    train = _teaching_order([i for i in items if i.scene not in TEST_SCENES])
    say(f"{len(items)} photos; {len(train)} will be corrected, {len(test)} are only looked at")
    results, pictures = [], {}
    for count in range(len(train) + 1):
        if count in _STOPS or count == len(train):
            results.append(_measure(studio, style, test, f"{count} corrections", count))
            say(results[-1].line())
        if count == 0:
            pictures["base"] = _developed(studio, style, test)
        if count < len(train):
            item = train[count]
            studio.learn(style, item.photo, item.features, item.wanted, shoot=item.scene)
    pictures["head"] = _developed(studio, style, test)
    outcome = studio.train(style, progress=progress)
    say(outcome.reason)
    if outcome.published:
        test = [_again(studio, style, i) for i in test]
    label = "after the fine-tune" if outcome.published else "after the fine-tune (not published)"
    results.append(_measure(studio, style, test, label, len(train)))
    say(results[-1].line())
    pictures["tuned"] = _developed(studio, style, test)
    exported = _export(studio, style, test, out)
    return write_page(out, results, _write_pictures(studio, test, pictures, out), outcome, exported)


def _make_items(studio: Studio, style: str, folder: Path, progress: Progress) -> list[_Item]:
    """Writes all variants of all samples and looks at each."""
    sources = [p for p in sample_photos() if "(" not in p.name]
    jobs = [(s, label) for s in sources for label in (None, *VARIANTS)]
    items: list[_Item] = []
    for done, (source, label) in enumerate(jobs):
        progress.report(done, len(jobs), "making photos as cameras might have left them")
        target = folder / (f"{source.stem} ({label}).jpg" if label else source.name)
        # Each is a shot of its own, not one frame of a burst: minutes apart.
        if label:
            write_variant(source, label, target, _SIDE, minutes=done)
        else:
            exif = exif_later(source, done)
            with Image.open(source) as image:
                image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
                image.save(target, "JPEG", quality=92, exif=exif)
        photo, proxy = studio.open_photo(target)
        features = studio.analyse(photo, style, proxy)
        wanted = photographer(proxy, studio.predict(style, features).settings, len(items))
        items.append(_Item(photo, proxy, features, wanted, source.stem))
    return items


def photographer(proxy: Proxy, base: DevelopSettings, seed: int) -> DevelopSettings:
    """What the scripted photographer would set: warm, bright and soft, but dark scenes stay
    dark, colourful ones are calmed, and bright skies are held; with a little inconsistency.

    The rules look at the picture itself, not at what the model sees of it.
    """
    pixels = proxy.pixels[::4, ::4].reshape(-1, 3).astype(np.float64) / 255
    light = to_working(pixels, "srgb")
    u = lightness(light @ np.array([0.2627, 0.6780, 0.0593]))
    chroma = float((pixels.max(1) - pixels.min(1)).mean())
    dark, bright = float((u < 0.3).mean()), float((u > 0.8).mean())
    noise = np.random.default_rng(seed).normal(0.0, 0.4, len(PARAMS)) * _JND
    taste = DevelopSettings.from_mapping({
        "temperature": 22.0, "tint": 4.0,
        "exposure_ev": 0.45 - 0.6 * dark,
        "contrast": -20.0, "highlights": -20.0 - 60.0 * bright, "shadows": 35.0 - 30.0 * dark,
        "blacks": 15.0, "vibrance": 20.0 - 60.0 * (chroma - 0.2), "saturation": -8.0,
    })  # fmt: skip
    values = np.array(base.values) + np.array(taste.values) + noise
    return DevelopSettings.from_values(values).rounded()


def _teaching_order(items: list[_Item]) -> list[_Item]:
    """Scene after scene, as shoots come in; the variants of a scene in a fixed shuffle."""
    order = np.random.default_rng(1).permutation(len(items))
    shuffled = [items[i] for i in order]
    scenes = list(dict.fromkeys(i.scene for i in shuffled))
    return [i for scene in scenes for i in shuffled if i.scene == scene]


def _measure(studio: Studio, style: str, test: list[_Item], label: str, count: int) -> Result:
    predictions = studio.predict_many(style, [i.features for i in test])
    errors, colours = [], []
    for item, prediction in zip(test, predictions, strict=True):
        difference = np.array(prediction.settings.values) - np.array(item.wanted.values)
        errors.append(np.abs(difference / _JND).mean())
        colours.append(_delta_e(item.proxy, prediction.settings, item.wanted))
    return Result(label, count, float(np.mean(errors)), float(np.mean(colours)))


def _delta_e(proxy: Proxy, one: DevelopSettings, other: DevelopSettings) -> float:
    """Mean deltaE00 between two renderings of a photo."""
    pixels = cast(npt.NDArray[np.uint8], proxy.pixels[::8, ::8])
    small = CodedImage(np.ascontiguousarray(pixels), proxy.space)
    labs = [cielab(to_working(reference(small, s), "srgb")) for s in (one, other)]
    return float(delta_e2000(labs[0], labs[1]).mean())


def _again(studio: Studio, style: str, item: _Item) -> _Item:
    """The photo as the network that serves now sees it."""
    features = studio.analyse(item.photo, style, item.proxy)
    return _Item(item.photo, item.proxy, features, item.wanted, item.scene)


def _developed(studio: Studio, style: str, test: list[_Item]) -> dict[str, DevelopSettings]:
    predictions = studio.predict_many(style, [i.features for i in test])
    return {i.photo.path.stem: p.settings for i, p in zip(test, predictions, strict=True)}


def _write_pictures(
    studio: Studio,
    test: list[_Item],
    pictures: dict[str, dict[str, DevelopSettings]],
    out: Path,
) -> list[Picture]:
    """As left by the camera, base, personal, fine-tuned, wanted; for each shown photo."""
    found = []
    by_name = {i.photo.path.stem: i for i in test}
    for name in _SHOWN:
        item = by_name[name]
        stages = {
            "as shot": DevelopSettings(),
            "base model": pictures["base"][name],
            "personal head": pictures["head"][name],
            "fine-tuned": pictures["tuned"][name],
            "what the photographer wants": item.wanted,
        }
        files = {}
        for index, (stage, settings) in enumerate(stages.items()):
            target = out / f"{name}-{index}.jpg".replace(" ", "-")
            pixels = studio.preview(item.proxy, settings)
            Image.fromarray(pixels).save(target, "JPEG", quality=88)
            distance = _delta_e(item.proxy, settings, item.wanted)
            files[stage] = (target.name, distance)
        found.append(Picture(name, files))
    return found


def _export(studio: Studio, style: str, test: list[_Item], out: Path) -> list[Path]:
    """Writes the predictions of three photos as files, at full size."""
    options = ExportOptions()
    predictions = studio.predict_many(style, [i.features for i in test[:3]])
    written = []
    for item, prediction in zip(test, predictions, strict=False):
        target = studio.export_name(item.photo.path, out / "export", options)
        written.append(studio.export(item.photo.path, prediction.settings, target, options))
    return written
