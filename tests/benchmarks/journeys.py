"""How long the main thread keeps a hand waiting, on all journeys by mouse and keyboard.

    python -m tests.benchmarks.journeys [--out DIR] [NAME ...]

Needs xvfb-run, xdotool, openbox and import. Keeps the screenshots in DIR.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.journeys.real_hands import JOURNEYS
from tests.journeys.travels import copy_samples, travel, write_shoot, write_wedding
from tests.journeys.watched import LIMIT_MS


def photos_for(name: str, work: Path) -> Path | None:
    """What that journey opens."""
    if name == "first run":
        return None
    if name != "shoot":
        return copy_samples(work / "samples")
    (work / "shoot").mkdir()
    return write_wedding(write_shoot(work / "shoot"), work / "wedding")


def main() -> int:
    parser = argparse.ArgumentParser(description="The main thread's longest turn, by journey.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(JOURNEYS))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "journeys")
    args = parser.parse_args()
    if unknown := set(args.names) - set(JOURNEYS):
        parser.error(f"no such journey: {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} cores, a virtual screen; target: no turn over {LIMIT_MS:.0f} ms")
    print("(own: computing; without a core: while the machine did other work)\n")
    print(f"{'journey':14} {'longest turn':>12} {'own':>8} {'by the clock':>14}  screenshots")
    stalls = []
    for name in args.names or JOURNEYS:
        with tempfile.TemporaryDirectory() as work:
            out = args.out.absolute() / name.replace(" ", "-")
            came = travel(name, Path(work) / "data", out, photos_for(name, Path(work)))
        due = came.worst["ms"] - came.worst["queued_ms"]
        print(
            f"{name:14} {due:9.0f} ms {came.worst['own_ms']:5.0f} ms "
            f"{came.by_the_clock_ms:11.0f} ms  {out}",
            flush=True,
        )
        stalls += [f"{name}\n{came.stalls}"] if came.stalls else []
    print("\n" + ("\n\n".join(stalls) or f"no turn over {LIMIT_MS:.0f} ms"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
