"""Each slider at five positions on four photos, to be looked at.

    python -m tests.benchmarks.gallery OUT [PHOTO ...]

Writes ``OUT/index.html`` and one contact sheet a slider (``OUT/exposure_ev.jpg`` ...): a row a
photo, a column a position. The middle column is the photo as it is. Four of the bundled
samples are taken when no photos are named: a night, a backlit scene, skin-like fur, colours.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model_core.assets import assets_dir
from model_core.domain.develop import IDENTITY, PARAMS, ParamSpec
from model_core.domain.image import Proxy
from model_core.imaging.decode import decode_proxy
from model_core.imaging.render import render

_SIDE = 480
_GAP = 6
_HEAD = 44
_SHARES = (-1.0, -0.5, 0.0, 0.5, 1.0)
_SAMPLES = ("city-night.jpg", "street-sunset.jpg", "kitten.jpg", "spice-market.jpg")
#: Exposure at its end, 5 EV, shows white only.
_FULL = {"exposure_ev": 3.0}


def positions(spec: ParamSpec) -> list[float]:
    """The five values of a slider, from the left end to the right one."""
    return [share * _FULL.get(spec.name, spec.high) for share in _SHARES]


def sheet(photos: list[Proxy], spec: ParamSpec) -> Image.Image:
    """One row a photo, one column a position, on neutral grey."""
    tall = sum(photo.height + _GAP for photo in photos)
    page = Image.new("RGB", (len(_SHARES) * (_SIDE + _GAP) + _GAP, _HEAD + tall), (40, 40, 40))
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(_HEAD // 2)
    for column, value in enumerate(positions(spec)):
        x, top = _GAP + column * (_SIDE + _GAP), _HEAD
        label = f"{spec.label} {spec.format(value)} {spec.unit}".strip()
        draw.text((x, _HEAD // 4), label, fill=(208, 208, 208), font=font)
        for photo in photos:
            pixels = render(photo, IDENTITY.with_value(spec.name, value))
            page.paste(Image.fromarray(np.ascontiguousarray(pixels)), (x, top))
            top += photo.height + _GAP
    return page


def main(out: Path, paths: list[Path]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    photos = [decode_proxy(path, _SIDE)[1] for path in paths]
    body = []
    for spec in PARAMS:
        sheet(photos, spec).save(out / f"{spec.name}.jpg", quality=90)
        body.append(
            f"<h2>{escape(spec.label)}</h2><p>{escape(spec.tip)}</p>"
            f"<img src='{spec.name}.jpg' alt='{escape(spec.label)}'>"
        )
    (out / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>imgtune: every slider</title><style>"
        "body{background:#282828;color:#d0d0d0;font:14px system-ui,sans-serif;margin:24px}"
        "img{width:100%}</style>" + "".join(body),
        encoding="utf-8",
    )
    print(out / "index.html")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    named = [Path(p) for p in sys.argv[2:]]
    main(Path(sys.argv[1]), named or [assets_dir() / "samples" / name for name in _SAMPLES])
