"""The page that ``imgtune demo`` writes: figures, a learning curve, pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from model_core.training import TrainOutcome

_STYLE = """
body { margin: 0; background: #1e1e1e; color: #d0d0d0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-weight: 600; font-size: 26px; margin: 0 0 4px; color: #f0f0f0; }
h2 { font-weight: 600; font-size: 18px; margin: 40px 0 12px; color: #f0f0f0; }
p { max-width: 760px; } .quiet { color: #9a9a9a; }
table { border-collapse: collapse; } td, th { padding: 5px 28px 5px 0; text-align: left; }
th { color: #9a9a9a; font-weight: 500; border-bottom: 1px solid #3a3a3a; }
td.n { font-variant-numeric: tabular-nums; text-align: right; }
.row { display: grid; grid-template-columns: repeat(5, 1fr); gap: 8px; margin: 0 0 24px; }
figure { margin: 0; } figure img { width: 100%; display: block; border-radius: 2px; }
figcaption { font-size: 12px; color: #9a9a9a; padding-top: 4px; }
.top { display: flex; gap: 56px; align-items: flex-start; flex-wrap: wrap; }
"""


@dataclass(frozen=True, slots=True)
class Result:
    """Mean error on the photos that were never corrected: in J, and as rendered deltaE00."""

    label: str
    corrections: int
    error: float
    delta_e: float

    def line(self) -> str:
        return f"{self.label:38} error {self.error:5.2f} J   deltaE00 {self.delta_e:5.2f}"


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo in all stages: stage -> (file name, deltaE00 to what was wanted)."""

    name: str
    stages: dict[str, tuple[str, float]]


def write_page(
    out: Path,
    results: list[Result],
    pictures: list[Picture],
    outcome: TrainOutcome,
    exported: list[Path],
) -> Path:
    """Writes ``index.html``; it refers only to files beside it."""
    rows = "".join(
        f"<tr><td>{escape(r.label)}</td><td class=n>{r.error:.2f}</td>"
        f"<td class=n>{r.delta_e:.2f}</td></tr>"
        for r in results
    )
    gallery = "".join(_row(p) for p in pictures)
    files = ", ".join(
        f"<a style='color:#b8c8d8' href='{quote(str(p.relative_to(out).as_posix()))}'>"
        f"{escape(p.name)}</a>"
        for p in exported
    )
    page = f"""<!doctype html><html lang=en><meta charset=utf-8>
<meta name=viewport content="width=device-width"><title>imgtune demo</title>
<style>{_STYLE}</style><main>
<h1>imgtune learns how a photographer edits</h1>
<p class=quiet>A scripted photographer corrected photos of eight scenes, one after the other.
The figures and pictures below are of four other scenes, which were never corrected.</p>
<div class=top><table><tr><th>on photos never corrected<th>error in J<th>deltaE00</tr>{rows}</table>
{_curve(results)}</div>
<p><b>Fine-tune:</b> {escape(outcome.reason)} ({outcome.seconds:.0f} s)</p>
<p class=quiet>J: just noticeable differences of a slider. deltaE00: the difference seen in the
picture, against what the photographer wants. The photos are CC0; the faults were made from
them by a script.</p>
<h2>Photos that were never corrected</h2>{gallery}
<h2>Exported at full size</h2><p>{files}</p>
</main></html>
"""
    target = out / "index.html"
    target.write_text(page, encoding="utf-8")
    return target


def _row(picture: Picture) -> str:
    figures = "".join(
        f"<figure><img src='{quote(file)}' alt='{escape(picture.name)}, {escape(stage)}'>"
        f"<figcaption>{escape(stage)}"
        + ("" if stage.startswith("what") else f" &middot; deltaE00 {distance:.1f}")
        + "</figcaption></figure>"
        for stage, (file, distance) in picture.stages.items()
    )
    title = f"<p class=quiet style='margin:0 0 6px'>{escape(picture.name)}</p>"
    return f"{title}<div class=row>{figures}</div>"


def _curve(results: list[Result]) -> str:
    """Error against corrections, on a logarithmic axis that has room for 0."""
    width, height, left, bottom = 440, 240, 40, 30
    top = max(r.error for r in results) * 1.1
    last = math.log1p(max(r.corrections for r in results))

    def x(count: int) -> float:
        return left + (width - left - 12) * math.log1p(count) / last

    def y(error: float) -> float:
        return 8 + (height - bottom - 8) * (1 - error / top)

    learned = results[:-1]
    line = " ".join(f"{x(r.corrections):.1f},{y(r.error):.1f}" for r in learned)
    grid = "".join(
        f"<line x1='{left}' x2='{width - 12}' y1='{y(v):.1f}' y2='{y(v):.1f}' stroke='#333'/>"
        f"<text x='{left - 8}' y='{y(v) + 4:.1f}' text-anchor='end'>{v}</text>"
        for v in range(0, math.ceil(top), max(1, round(top / 4)))
    )
    ticks = "".join(
        f"<text x='{x(r.corrections):.1f}' y='{height - 10}' text-anchor='middle'>"
        f"{r.corrections}</text>"
        for r in learned
    )
    dots = "".join(
        f"<circle cx='{x(r.corrections):.1f}' cy='{y(r.error):.1f}' r='3.5' fill='#d8a657'/>"
        for r in learned
    )
    tuned = results[-1]
    title = f"<text x={left + 6} y=18>error in J, by corrections (ring: fine-tuned)</text>"
    return f"""<svg width={width} height={height} font-size=11 fill=#9a9a9a role=img
aria-label="error against number of corrections">{grid}{ticks}
<polyline points="{line}" fill=none stroke=#d8a657 stroke-width=2 />{dots}
<circle cx="{x(tuned.corrections):.1f}" cy="{y(tuned.error):.1f}" r=5 fill=none stroke=#8fb573
stroke-width=2 />{title}</svg>"""
