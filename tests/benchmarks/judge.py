"""How good is the base before any correction, and against whom.

    python -m tests.benchmarks.judge --photos DIR [--split val] [--pairs DIR] [--sheet FILE]

``--photos``: good photos with a manifest.csv; each is made worse in several ways by
``model_core.learn.degrade`` and has to be brought back. Nothing is left out, not even what
no slider can undo. ``--split development`` (every fifth train photo) is honest only for a base
made with ``base_training --hold-out`` (``--model``). ``--pairs``: a folder with ``before/`` and
``after/``, the same file names in both. Writes a contact sheet of before / base / good of each
(that of the pairs as ``FILE-pairs`` where both are given). Seeded: the same every time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from model_core.assets import assets_dir
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import ImgtuneError, UnreadablePhoto
from model_core.domain.image import CodedImage
from model_core.domain.photo import PhotoId
from model_core.imaging.colour import from_working
from model_core.imaging.decode import decode_proxy, to_linear
from model_core.imaging.render import render
from model_core.predict.onnx_network import OnnxNetwork, network_input
from model_core.services import ANALYSIS_SIDE
from tests.benchmarks.measures import delta_e, psnr, ssim
from tests.benchmarks.photos import listed
from tests.benchmarks.rivals import Method, Pixels, rivals

SIDE = 384
OFFSETS = (-1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
_BLOWN, _BLOWN_SHARE = 250, 0.1  # code, and share of a picture that is worth judging
_SHEET_PHOTOS, _SHEET_COLUMNS, _TILE = 40, 4, (198, 148)


@dataclass(frozen=True, slots=True)
class Pair:
    """``touched``: before is a bad version of after; else they are the same picture."""

    scene: str
    before: Pixels
    after: Pixels
    touched: bool


def made_worse(photos: list[Path], copies: int) -> Iterator[Pair]:
    """Every photo as it is, and ``copies`` bad versions of it."""
    from model_core.learn.degrade import as_file, degrade

    for index, path in enumerate(photos):
        light = to_linear(decode_proxy(path, SIDE)[1]).pixels
        good = _coded(light)
        yield Pair(path.stem, good, good, False)
        rng, found = np.random.default_rng([2026, index]), 0
        while found < copies:
            bad = degrade(light, rng)
            if bad is not light:
                found += 1
                yield Pair(path.stem, as_file(bad, rng), good, True)


def of_folder(folder: Path) -> list[Pair]:
    """Pairs of pictures of the same name, whatever their formats, in ``before`` and ``after``.
    Tells which have no partner or cannot be read; raises UnreadablePhoto when none is left."""
    names = [_by_stem(folder / part) for part in ("before", "after")]
    for stem in sorted(names[0].keys() ^ names[1].keys()):
        print(f"{names[0].get(stem) or names[1][stem]}: has no partner", file=sys.stderr)
    pairs = []
    for stem in sorted(names[0].keys() & names[1].keys()):
        try:
            before, after = (
                _coded(to_linear(decode_proxy(part[stem], SIDE)[1]).pixels) for part in names
            )
        except UnreadablePhoto as error:
            print(error, file=sys.stderr)
            continue
        if before.shape != after.shape:
            size = (after.shape[1], after.shape[0])
            before = np.asarray(Image.fromarray(before).resize(size))
        pairs.append(Pair(stem, before, after, True))
    if not pairs:
        raise UnreadablePhoto(
            f"{folder}: has no pairs; put pictures of the same names into before/ and after/"
        )
    return pairs


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.iterdir()) if path.is_file()}


def _coded(light: npt.NDArray[np.float32]) -> Pixels:
    result: Pixels = (from_working(light, "srgb") * 255 + 0.5).clip(0, 255).astype(np.uint8)
    return result


def by_base(network: OnnxNetwork) -> Method:
    """The base's prediction, rounded and rendered as on the screen."""

    def enhance(pixels: Pixels) -> Pixels:
        return render(CodedImage(pixels), predicted(network, pixels))

    return enhance


def predicted(network: OnnxNetwork, pixels: Pixels) -> DevelopSettings:
    answer = network.analyse(PhotoId("judge"), network_input(CodedImage(pixels)))
    return DevelopSettings.from_values(answer.settings).rounded()


def mean_settings(network: OnnxNetwork, pairs: list[Pair]) -> Method:
    """One preset for all: the mean of what the base predicts for the bad photos."""
    values = [predicted(network, p.before).values for p in pairs if p.touched]
    preset = DevelopSettings.from_values(np.mean(values, 0) if values else IDENTITY)
    return lambda pixels: render(CodedImage(pixels), preset)


def table(pairs: list[Pair], methods: dict[str, Method]) -> dict[str, npt.NDArray[np.float64]]:
    """Prints one line a method; returns deltaE00 of every pair by method."""
    touched = np.array([p.touched for p in pairs])
    print(f"{int(touched.sum())} bad photos of {len({p.scene for p in pairs})} scenes; "
          f"{int((~touched).sum())} good ones\n")  # fmt: skip
    print(f"{'':28}{'PSNR':>7}{'SSIM':>7}{'dE00':>7}{'p90':>7}   good moved by: median, p90")
    found = {}
    for name, enhance in methods.items():
        outs = [enhance(p.before) for p in pairs]
        far = np.array([delta_e(o, p.after) for o, p in zip(outs, pairs, strict=True)])
        some = [(o, p.after) for o, p in zip(outs, pairs, strict=True) if p.touched]
        line = (
            f"{name:28}{np.mean([psnr(*s) for s in some]):7.2f}"
            f"{np.mean([ssim(*s) for s in some]):7.3f}"
            f"{far[touched].mean():7.2f}{np.quantile(far[touched], 0.9):7.2f}"
        )
        if (~touched).any():
            line += f"{np.median(far[~touched]):18.2f}{np.quantile(far[~touched], 0.9):7.2f}"
        print(line, flush=True)
        found[name] = far
    return found


def verdict(pairs: list[Pair], far: dict[str, npt.NDArray[np.float64]]) -> None:
    """The base against doing nothing, against the best rival, and where it is worst."""
    touched = np.array([p.touched for p in pairs])
    none, base = far["no change"][touched].mean(), far["base"][touched].mean()
    classical = {n: v[touched].mean() for n, v in far.items()
                 if n not in ("no change", "base", "mean settings")}  # fmt: skip
    best = min(classical, key=lambda n: classical[n])
    print(f"\nbase: {1 - base / none:.0%} below no change (target 45 %), "
          f"{1 - base / classical[best]:.0%} below {best} (target 25 %)")  # fmt: skip
    scenes = sorted({p.scene for p in pairs})
    names = np.array([p.scene for p in pairs])
    means = [(s, *(far[m][(names == s) & touched].mean() for m in ("base", "no change")))
             for s in scenes]  # fmt: skip
    count = max(1, len(scenes) // 10)
    farthest = sorted(means, key=lambda m: -m[1])[:count]
    lost = sorted(means, key=lambda m: m[2] - m[1])[:count]
    for text, rows in (("farthest from good", farthest), ("gaining least", lost)):
        base, none = np.mean([r[1:] for r in rows], 0)
        print(f"worst decile of scenes, {text}: base {base:.2f}, no change {none:.2f} "
              f"({', '.join(r[0] for r in rows)})")  # fmt: skip


def exposure_recovered(network: OnnxNetwork, photos: list[Path]) -> None:
    """Good photos, only brighter or darker by known stops, with a hard clip."""
    errors: dict[float, list[float]] = {ev: [] for ev in OFFSETS}
    beyond: dict[float, list[float]] = {ev: [] for ev in OFFSETS}
    for path in photos:
        light = to_linear(decode_proxy(path, SIDE)[1]).pixels
        at_rest = predicted(network, _coded(light))["exposure_ev"]
        for ev in OFFSETS:
            shifted = _coded((light * np.float32(2.0**ev)).clip(0, 1))
            answer = predicted(network, shifted)["exposure_ev"]
            errors[ev].append(abs(answer + ev))
            beyond[ev].append(abs(answer - at_rest + ev))
    every = np.concatenate(list(errors.values()))
    each = ", ".join(f"{ev:+}: {np.median(e):.2f}" for ev, e in errors.items())
    print(f"\nexposure recovered, median error: {np.median(every):.2f} EV (target 0.35); {each}")
    print("  counted from the prediction for the good photo: "
          f"{np.median(np.concatenate(list(beyond.values()))):.2f} EV")  # fmt: skip


def white_stays(network: OnnxNetwork, photos: list[Path]) -> None:
    """Pages and things on white that have no fault, and what burnt white becomes."""
    from model_core.learn.grounds import on_page, on_white

    rng = np.random.default_rng(1)
    lights = [to_linear(decode_proxy(path, SIDE)[1]).pixels for path in photos]
    enhance = by_base(network)
    for name, made in (("pages", on_page), ("things on white", on_white)):
        goods = [_coded(made(light, rng)) for light in lights]
        outs = [enhance(good) for good in goods]
        moved = [delta_e(*pair) for pair in zip(outs, goods, strict=True)]
        white = [np.quantile(pixels, 0.9) for pixels in goods], [np.quantile(o, 0.9) for o in outs]
        print(f"{name} without a fault: moved by {np.median(moved):.2f} at the median, "
              f"{np.quantile(moved, 0.9):.2f} at p90; their white from {np.median(white[0]):.0f} "
              f"to {np.median(white[1]):.0f}")  # fmt: skip
    for ev in (1.0, 1.5):
        levels = []
        for light in lights:
            bright = _coded((light * np.float32(2.0**ev)).clip(0, 1))
            blown = bright.min(-1) >= _BLOWN
            if blown.mean() > _BLOWN_SHARE:
                levels.append(np.median(enhance(bright)[blown]))
        print(f"burnt areas of {len(levels)} photos at {ev:+} EV end at {np.median(levels):.0f} "
              f"of 255, a tenth of them under {np.quantile(levels, 0.1):.0f}")  # fmt: skip


def seconds(network: OnnxNetwork, photos: list[Path]) -> None:
    """From a proxy in memory, of the size that the program keeps, to settings, one core."""
    proxies = [decode_proxy(p, ANALYSIS_SIDE)[1] for p in photos[:12]]
    times = []
    for proxy in proxies * 8:
        start = time.perf_counter()
        image = network_input(proxy)
        middle = time.perf_counter()
        network.run(image[None])
        times.append((time.perf_counter() - start, middle - start))
    whole, scaling = np.array(times).T * 1e3
    print(f"predict from a cached proxy, one core: median {np.median(whole):.1f} ms, quietest "
          f"tenth {np.quantile(whole, 0.1):.1f} ms (target 6); of it scaling "
          f"{np.median(scaling):.1f} ms")  # fmt: skip


def contact_sheet(pairs: list[Pair], enhance: Method, path: Path) -> None:
    """Before, base and good of ``_SHEET_PHOTOS`` bad photos, every scene once."""
    first: dict[str, Pair] = {}
    for index, pair in enumerate(p for p in pairs if p.touched):
        if index % 3 == 0 or pair.scene not in first:
            first.setdefault(pair.scene, pair)
    tiles = []
    for pair in list(first.values())[:_SHEET_PHOTOS]:
        row = np.hstack([_tile(p) for p in (pair.before, enhance(pair.before), pair.after)])
        tiles.append(np.pad(row, ((3, 3), (3, 9), (0, 0)), constant_values=40))
    while len(tiles) % _SHEET_COLUMNS:
        tiles.append(np.full_like(tiles[0], 40))
    rows = [np.hstack(tiles[i : i + _SHEET_COLUMNS]) for i in range(0, len(tiles), _SHEET_COLUMNS)]
    Image.fromarray(np.vstack(rows)).save(path, quality=88)
    print(f"contact sheet (before, base, good): {path}")


def _tile(pixels: Pixels) -> Pixels:
    small = Image.fromarray(pixels)
    small.thumbnail(_TILE, Image.Resampling.LANCZOS)
    board = Image.new("RGB", _TILE, (40, 40, 40))
    board.paste(small, ((_TILE[0] - small.width) // 2, (_TILE[1] - small.height) // 2))
    return np.asarray(board)


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge the base model.")
    parser.add_argument("--photos", type=Path, help="folder with a manifest.csv")
    parser.add_argument("--split", default="val", choices=("val", "development"),
                        help="development: for a base trained with --hold-out")  # fmt: skip
    parser.add_argument("--pairs", type=Path, help="folder with before/ and after/")
    parser.add_argument("--model", type=Path, default=assets_dir() / "base" / "model.onnx")
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--sheet", type=Path, default=Path("contact-sheet.jpg"))
    args = parser.parse_args()
    if args.photos is None and args.pairs is None:
        parser.error("give --photos, --pairs or both")
    try:
        _run(args)
    except ImgtuneError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> None:
    network = OnnxNetwork(args.model, "base")
    base, sheet = by_base(network), args.sheet
    if args.photos is not None:
        photos = listed(args.photos, "train" if args.split == "development" else args.split)
        photos = photos[::5] if args.split == "development" else photos
        pairs = list(made_worse(photos, args.copies))
        _judge(pairs, network, base)
        exposure_recovered(network, photos)
        white_stays(network, photos)
        seconds(network, photos)
        contact_sheet(pairs, base, sheet)
        sheet = sheet.with_stem(f"{sheet.stem}-pairs")
    if args.pairs is not None:
        pairs = of_folder(args.pairs)
        print(f"\n{args.pairs}:")
        _judge(pairs, network, base)
        contact_sheet(pairs, base, sheet)


def _judge(pairs: list[Pair], network: OnnxNetwork, base: Method) -> None:
    methods = rivals() | {"mean settings": mean_settings(network, pairs), "base": base}
    verdict(pairs, table(pairs, methods))


if __name__ == "__main__":
    sys.exit(main())
