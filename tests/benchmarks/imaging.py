"""What the imaging core is worth: exactness of the baked look, speed, memory, and its peers.

    python -m tests.benchmarks.imaging PHOTOS [--files N] [--memory MEGAPIXELS ...]

PHOTOS is a folder with photos; the largest of them is enlarged to 24 megapixels with a little
noise, so that it weighs what a camera's file does. Everything is measured side by side in one
run; the programs that are not installed are left out of the table.
"""

from __future__ import annotations

import argparse
import io
import itertools
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.export import ExportOptions
from model_core.domain.image import CodedImage
from model_core.exporting import export_photo
from model_core.imaging.colour import cielab, delta_e2000, to_working
from model_core.imaging.cores import CORES
from model_core.imaging.decode import PHOTO_SUFFIXES, decode, decode_proxy
from model_core.imaging.encode import encode
from model_core.imaging.render import (
    EXPORT_GRID,
    PREVIEW_GRID,
    WORTH_A_TABLE,
    reference,
    render,
)
from tests.benchmarks.__main__ import run_probe
from tests.benchmarks.imaging_memory import memory_by_kind

SETTINGS = DevelopSettings.from_mapping(
    {"exposure_ev": 0.4, "temperature": 12, "contrast": 18, "highlights": -30, "shadows": 25,
     "vibrance": 20}
)  # fmt: skip
#: Programs that adjust a photo, as a user would call them; {0} is the photo, {1} the result.
PEERS = {
    "ImageMagick -auto-level -auto-gamma": "convert-im6.q16 {0} -auto-level -auto-gamma {1}",
    "darktable-cli": "darktable-cli {0} {1} --core --library :memory: --configdir {2}",
    "RawTherapee": "rawtherapee-cli -o {1} -d -Y -c {0}",
    "GEGL": "gegl {0} -o {1} -- exposure exposure=0.4 saturation scale=1.1",
    "libvips (transcode only)": "vips copy {0} {1}",
}


def say(text: str, value: str, target: str = "") -> None:
    """One row of the table."""
    print(f"{text:66} {value:>26}   {target}", flush=True)


def best(work: Callable[[], object], times: int = 7) -> float:
    """Seconds of the median run, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def exactness(paths: list[Path]) -> None:
    """The baked table against the float64 definition, without the rounding to 8 bits."""
    photos = [decode_proxy(path, 160)[1] for path in paths[:12]]
    for label, share in (("a quarter of", 0.25), ("half of", 0.5), ("all of", 1.0)):
        for name, grid in (("preview", PREVIEW_GRID), ("export", EXPORT_GRID)):
            gaps = [_gap(photos[k % len(photos)], k, share, grid) for k in range(24)]
            every = np.concatenate([g.ravel() for g in gaps])
            say(
                f"deltaE00 to the look, sliders over {label} their range, {name}",
                f"{every.mean():.3f} / {np.quantile(every, 0.999):.2f} / {every.max():.2f}",
                "mean under 0.2 / 99.9 % / max under 1",
            )
    codes = [_gap(photos[k % len(photos)], k, 0.25, EXPORT_GRID, PREVIEW_GRID) for k in range(12)]
    every = np.concatenate([g.ravel() for g in codes])
    say("preview against export", f"{every.mean():.3f} / - / {every.max():.2f}")


def _gap(
    photo: CodedImage, seed: int, share: float, grid: int, other: int | None = None
) -> np.ndarray:
    rng = np.random.default_rng(100 + seed)
    s = DevelopSettings.from_values(rng.uniform(p.low, p.high) * share for p in PARAMS)
    one = _baked(photo, s, grid)
    two = _baked(photo, s, other) if other else reference(photo, s).reshape(1, -1, 3)
    return delta_e2000(cielab(to_working(one, "srgb")), cielab(to_working(two, "srgb")))


def _baked(photo: CodedImage, s: DevelopSettings, grid: int) -> np.ndarray:
    """The photo's pixels so often that a table is used, as for a large photo."""
    flat = photo.pixels.reshape(1, -1, 3)
    often = np.repeat(flat, WORTH_A_TABLE * grid**3 // flat.shape[1] + 1, axis=0)
    return render(CodedImage(often, photo.space), s, grid=grid, depth=16)[:1] / 65535.0


def enlarged(source: Path, target: Path, size: tuple[int, int]) -> None:
    """A photo of ``size`` pixels with a sensor's noise, as a JPEG of a camera's weight."""
    with Image.open(source) as image:
        pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BICUBIC))
    noise = np.random.default_rng(0).normal(0.0, 2.5, (512, 512, 3))
    tiles = (-(-size[1] // 512), -(-size[0] // 512), 1)
    noisy = pixels + np.tile(noise, tiles)[: size[1], : size[0]]
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(target, quality=92)


def one_file(photo: Path) -> None:
    """24 MP in this process: the floor is what Pillow needs without any adjustment."""
    data = photo.read_bytes()
    say("the file", f"{len(data) / 1e6:.1f} MB")

    def pillow_draft() -> None:
        with Image.open(photo) as image:
            image.draft("RGB", (1024, 1024))
            image.load()

    floor = best(pillow_draft)
    ours = best(lambda: decode_proxy(photo, 512))
    say("24 MP JPEG: Pillow's scaled decode", f"{floor * 1e3:.0f} ms")
    say(
        "24 MP JPEG to proxy, with its content hash and EXIF",
        f"{ours * 1e3:.0f} ms = {ours / floor:.2f} x",
        "at most 1.15 x",
    )

    floor = best(lambda: _recoded(data), 5)
    parts = [best(lambda: decode(photo), 5)]
    image = decode(photo)
    parts.append(best(lambda: render(image, _others()), 5))
    done = render(image, SETTINGS)
    parts.append(best(lambda: encode(done, photo, ExportOptions()), 5))
    ours = best(lambda: _adjusted(photo), 5)
    say("24 MP JPEG: Pillow's decode + encode", f"{floor * 1e3:.0f} ms")
    say(
        "24 MP JPEG to adjusted JPEG, warm",
        f"{ours * 1e3:.0f} ms = {ours / floor:.2f} x",
        "at most 1.5 x; of it decode, look, encode: " + ", ".join(f"{p * 1e3:.0f}" for p in parts),
    )


def _recoded(data: bytes) -> None:
    """Pillow's decode and encode, with nothing in between."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        image.save(io.BytesIO(), "JPEG", quality=92, subsampling=0)


def _adjusted(photo: Path, out: Path | None = None, threads: int | None = None) -> None:
    """What an export does: decode, look, encode with metadata, write atomically."""
    target = out or photo.with_suffix(".out.jpg")
    target.unlink(missing_ok=True)  # a copy is a new file; to replace one takes a look at it
    export_photo(photo, _others(), target, ExportOptions(), threads=threads)


_count = itertools.count()
_GROUP = 20  # files that are timed together


def _others() -> DevelopSettings:
    """Other settings each time, by a hair: no photo finds its table baked already."""
    return SETTINGS.with_value("contrast", 18 + next(_count) * 1e-3)


def many_files(photo: Path, count: int) -> None:
    """A batch on one core and on all, each worker with a photo of its own; and what Pillow's
    decode and encode alone gain of the same cores."""
    data = photo.read_bytes()

    def pillow(_number: int) -> None:
        _recoded(data)

    def ours(number: int) -> None:
        name = photo.with_name(f"copy-{number % (2 * CORES)}.jpg")
        _adjusted(photo, name, threads=1)

    for what, work, target in (
        ("such files", ours, f"at least 1.8 x of one core ({CORES} cores)"),
        ("such files, Pillow's decode + encode alone", pillow, ""),
    ):
        taken = side_by_side(work, count)
        for workers, seconds in taken.items():
            say(f"{count} {what}, {workers} at a time", f"{sum(seconds):.1f} s")
        gains = [one / all_ for one, all_ in zip(taken[1], taken[CORES], strict=True)]
        each = ", ".join(f"{gain:.2f}" for gain in gains)
        gain = f"{sum(taken[1]) / sum(taken[CORES]):.2f} x, median {np.median(gains):.2f} x"
        say(f"gain of {CORES} cores", gain, f"{target} ({each})".strip())


def side_by_side(work: Callable[[int], None], count: int) -> dict[int, list[float]]:
    """Seconds that ``count`` calls take with one worker and with all, group by group and by turns:
    a slow minute of the machine falls upon both."""
    taken: dict[int, list[float]] = {1: [], CORES: []}
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(CORES) as all_:
        pools = {1: one, CORES: all_}
        for pool in pools.values():
            list(pool.map(work, range(2 * CORES)))  # warms up
        for number, first in enumerate(range(0, count, _GROUP)):
            group = range(first, min(first + _GROUP, count))
            for workers in sorted(pools, reverse=number % 2 == 1):
                start = time.perf_counter()
                list(pools[workers].map(work, group))
                taken[workers].append(time.perf_counter() - start)
    return taken


def memory(folder: Path, source: Path) -> None:
    """Peak memory of a process that adjusts one file, by megapixels."""
    for size in ((6000, 4000), (12000, 8400)):
        photo = folder / f"{size[0]}.jpg"
        if not photo.exists():
            enlarged(source, photo, size)
        code = (
            "import sys; from pathlib import Path;"
            "from tests.benchmarks.imaging import _adjusted; _adjusted(Path(sys.argv[1]));"
            "print(next(x.split()[1] for x in open('/proc/self/status') if x[:5] == 'VmHWM'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(photo)], capture_output=True, text=True, check=True
        )
        mega = size[0] * size[1] / 1e6
        target = "under 600 MB a worker" if mega < 30 else ""
        peak = int(done.stdout) // 1024  # ru_maxrss would be that of this process
        say(f"peak memory, {mega:.0f} MP to adjusted JPEG", f"{peak} MB", target)


def slider(photos: Path) -> None:
    """The whole way in the real window, as ``python -m tests.benchmarks`` measures it."""
    found = run_probe("slider", photos.absolute())
    say("slider to repainted 2 MP preview, p95", str(found["value"]), "under 16 ms")
    say("", "", str(found.get("note", "")))


def peers(folder: Path, photo: Path) -> None:
    """Whole processes, one file each, as a user would start them."""
    target, data = folder / "out.jpg", folder / "data"
    settings = folder / "settings.json"
    settings.write_text('{"exposure_ev": 0.4, "contrast": 18, "shadows": 25, "vibrance": 20}')
    ours = [sys.executable, "-m", "model_core.cli", "--data-dir", str(data), "render"]
    ours += [str(photo), "--settings", str(settings), "--out", str(target)]
    _whole("imgtune render", ours, target)
    auto = [sys.executable, "-m", "model_core.cli", "--data-dir", str(data), "auto"]
    _whole("imgtune auto (predicts, then renders)", [*auto, str(photo), "--out", str(data)], None)
    for label, command in PEERS.items():
        words = command.split()
        if shutil.which(words[0]) is None:
            continue
        _whole(label, [w.format(photo, target, folder / "peer") for w in words], target)


def _whole(label: str, command: list[str], target: Path | None) -> None:
    seconds = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    for _ in range(3):
        if target is not None:
            target.unlink(missing_ok=True)
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        seconds.append(time.perf_counter() - start)
        if done.returncode or (target is not None and not target.exists()):
            say(f"whole process: {label}", "failed")
            return
    spent = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / 3
    say(f"whole process: {label}", f"{np.median(seconds):.2f} s", f"{spent:.2f} s of processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--memory", type=int, nargs="+", default=(), metavar="MEGAPIXELS")
    args = parser.parse_args()
    paths = sorted(p for p in args.photos.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)
    exactness(paths)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        source = max(paths, key=lambda p: p.stat().st_size)
        photo = folder / "6000.jpg"
        enlarged(source, photo, (6000, 4000))
        one_file(photo)
        memory(folder, source)
        slider(args.photos)
        peers(folder, photo)
        many_files(photo, args.files)
        memory_by_kind(folder, args.memory)


if __name__ == "__main__":
    main()
