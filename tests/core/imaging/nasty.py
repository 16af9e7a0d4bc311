"""The sweep over files that crashed, hung or fooled other readers.

    python -m tests.core.imaging.nasty            says what changed since the table was written
    python -m tests.core.imaging.nasty --write    writes the table; look at the difference

The files are not in this repository: ``../shared/nasty`` holds them, from the test suites of
Pillow, sharp and exif-orientation-examples. Each is read in a child process that may take
10 s of a core for it and 1 GB beyond what it had before.
"""

from __future__ import annotations

import csv
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from model_core.domain.errors import UnreadablePhoto
from model_core.imaging.decode import decode, decode_proxy
from tests.core.pictures import REPO, SHARED

FOLDER = SHARED / "nasty"
TABLE = Path(__file__).with_name("nasty_outcomes.csv")
SECONDS, MEMORY = 10.0, 2**30
_HANGS = 90.0  # seconds of a clock on the wall, on a machine that does other things too
_FIELDS = ("file", "width", "height", "space", "bits", "red", "green", "blue", "reason")
_NEAR = 4.0  # of 255: versions of decoders differ by that

Outcome = dict[str, str]


def files() -> list[str]:
    with (FOLDER / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return sorted(row["file"] for row in csv.DictReader(file))


def table() -> dict[str, Outcome]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def changes(expected: Outcome, found: Outcome) -> list[str]:
    """What differs, in words. What a library adds in brackets is its own affair."""
    said = []
    for field in _FIELDS[1:]:
        old, new = expected[field], found[field]
        if field == "reason":
            old, new = old.partition(" (")[0], new.partition(" (")[0]
        near = field in ("red", "green", "blue") and old and new
        if abs(float(old) - float(new)) > _NEAR if near else old != new:
            said.append(
                f"{expected['file']}: {field} was {old or 'nothing'}, is {new or 'nothing'}"
            )
    return said


def sweep(names: Sequence[str]) -> Iterator[Outcome]:
    """The outcome of each file. A child that dies or takes too long is an outcome too, and
    another one takes over."""
    left = list(names)
    while left:
        with subprocess.Popen(
            [sys.executable, "-m", "tests.core.imaging.nasty", "--child", *left],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=REPO,
        ) as child:  # fmt: skip
            lines: queue.Queue[str] = queue.Queue()
            threading.Thread(target=_listen, args=(child.stdout, lines), daemon=True).start()
            end = "hangs"
            with suppress(queue.Empty):
                line = lines.get(timeout=_HANGS)  # "ready": it has to import first
                while line and left:
                    line = lines.get(timeout=_HANGS)
                    if line:
                        left.pop(0)
                        yield json.loads(line)
                end = "killed the process"
            child.kill()
        if left:
            yield _outcome(left.pop(0), reason=f"CRASH: {end}")


def _listen(stream: IO[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)
    lines.put("")


def _outcome(name: str, **known: Any) -> Outcome:
    return dict.fromkeys(_FIELDS, "") | {"file": name} | {k: str(v) for k, v in known.items()}


def _child(names: Sequence[str]) -> None:
    print("ready", flush=True)
    for name in names:
        _limit_memory()
        started = time.process_time()
        outcome = _read_one(FOLDER / name)
        if time.process_time() - started > SECONDS:
            outcome["reason"] = f"CRASH: took more than {SECONDS:.0f} s"
        print(json.dumps(outcome), flush=True)


def _read_one(path: Path) -> Outcome:
    try:
        image = decode(path)
        photo, proxy = decode_proxy(path, 64)
    except UnreadablePhoto as error:
        reason = str(error).removeprefix(f"{path}: ").replace(str(path), "it")
        return _outcome(path.name, reason=reason)
    except Exception as error:  # a bug of ours
        return _outcome(path.name, reason=f"CRASH: {type(error).__name__}: {error}")
    reason = ""
    if (photo.width, photo.height) != (image.width, image.height):
        reason = f"CRASH: the proxy says {photo.width} x {photo.height}"
    if max(proxy.width, proxy.height) != min(64, max(photo.width, photo.height)):
        reason = f"CRASH: the proxy is {proxy.width} x {proxy.height}"
    bits = image.pixels.dtype.itemsize * 8
    mean = image.pixels.reshape(-1, 3).mean(0) * (255 / (2**bits - 1))
    red, green, blue = (round(float(v)) for v in mean)
    return _outcome(
        path.name, width=image.width, height=image.height, space=image.space, bits=bits,
        red=red, green=green, blue=blue, reason=reason,
    )  # fmt: skip


def _limit_memory() -> None:
    import resource  # only where there is such a limit

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["--child"]:
        _child(arguments[1:])
        return 0
    found = list(sweep(files()))
    if arguments == ["--write"]:
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, _FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
        return 0
    expected = table()
    said = [line for one in found for line in changes(expected[one["file"]], one)]
    print("\n".join(said) or "nothing changed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
