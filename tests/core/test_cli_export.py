"""How ``imgtune auto`` and ``imgtune render`` let files be written."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.core.commands import DONE, SOME_FAILED, WRONG_USE, Say
from tests.core.pictures import exif, write_scene


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [
        write_scene(tmp_path / "in" / f"IMG_{i}.jpg", i, exif=exif(t33432="(c) Jane"))
        for i in (1, 2, 10)
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    path.write_text('{"exposure_ev": 0.5}', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "suffix", "size"),
    [
        (["--format", "webp", "--long-side", "90"], ".webp", (90, 60)),
        (["--format", "avif", "--fit", "100x40", "--quality", "70"], ".avif", (60, 40)),
        (["--format", "png", "--megapixels", "0.0054"], ".png", (90, 60)),
        (["--long-side", "360"], ".jpg", (180, 120)),
        (["--long-side", "360", "--enlarge", "--sharpen", "low"], ".jpg", (360, 240)),
    ],
)
def test_format_and_size(
    say: Say, tmp_path: Path, photos: list[Path], words: list[str], suffix: str,
    size: tuple[int, int],
) -> None:  # fmt: skip
    said = say("auto", photos[0], "--out", tmp_path / "out", *words)
    assert (said.status, said.err) == (DONE, "")
    with Image.open(tmp_path / "out" / f"IMG_1{suffix}") as image:
        assert image.size == size


def test_sixteen_bits_in_a_wide_space(say: Say, tmp_path: Path, photos: list[Path]) -> None:
    said = say(
        "auto", photos[0], "--out", tmp_path / "out", "--format", "tiff", "--depth", "16",
        "--profile", "prophoto", "--sharpen", "high", "--sharpen-for", "matte",
    )  # fmt: skip
    assert (said.status, said.err) == (DONE, "")
    pixels = tifffile.imread(tmp_path / "out" / "IMG_1.tif")
    assert pixels.dtype == np.uint16
    assert len(np.unique(pixels)) > 256
    with Image.open(tmp_path / "out" / "IMG_1.tif") as image:
        assert b"ProPhoto" in image.info["icc_profile"]


@pytest.mark.parametrize(
    ("words", "kept", "gone"),
    [
        ([], [b"Camera X", b"(c) Jane"], []),
        (["--metadata", "copyright"], [b"(c) Jane"], [b"Camera X"]),
        (["--metadata", "none"], [], [b"(c) Jane", b"Camera X"]),
        (["--copyright", "© Me"], ["© Me".encode(), b"Camera X"], [b"(c) Jane"]),
    ],
)
def test_metadata(
    say: Say, tmp_path: Path, photos: list[Path], words: list[str], kept: list[bytes],
    gone: list[bytes],
) -> None:  # fmt: skip
    say("auto", photos[0], "--out", tmp_path / "out", *words)
    data = (tmp_path / "out" / "IMG_1.jpg").read_bytes()
    assert [text for text in kept if text not in data] == []
    assert [text for text in gone if text in data] == []


@pytest.mark.parametrize(("words", "place"), [([], True), (["--no-gps"], False)])
def test_location(
    say: Say, tmp_path: Path, photos: list[Path], words: list[str], place: bool
) -> None:
    say("auto", photos[0], "--out", tmp_path / "out", *words)
    with Image.open(tmp_path / "out" / "IMG_1.jpg") as image:
        assert bool(image.getexif().get_ifd(0x8825)) is place
        assert image.getexif()[0x0110] == "Camera X"


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_names_from_a_template(say: Say, tmp_path: Path, photos: list[Path], jobs: str) -> None:
    template = "{date}_{seq:02}_{name}"
    said = say("auto", *photos, "--out", tmp_path / "out", "--name", template, "--jobs", jobs)
    assert said.status == DONE
    assert sorted(Path(line).name for line in said.out.splitlines()) == [
        "2024-05-01_01_IMG_1.jpg", "2024-05-01_02_IMG_2.jpg", "2024-05-01_03_IMG_10.jpg"
    ]  # fmt: skip


def test_collisions(say: Say, tmp_path: Path, photos: list[Path]) -> None:
    out = tmp_path / "out"
    say("auto", *photos[:2], "--out", out)
    first = (out / "IMG_1.jpg").read_bytes()
    said = say("auto", *photos, "--out", out, "--on-collision", "skip")
    assert (said.status, len(said.out.splitlines())) == (DONE, 1)
    assert said.err.count("skipped") == 2
    write_scene(out / "IMG_2.jpg", 7)  # by another program
    said = say("auto", *photos, "--out", out, "--on-collision", "overwrite", "--quality", "50")
    assert said.status == SOME_FAILED
    assert "IMG_2.jpg: is there already and was not exported by imgtune" in said.err
    assert len((out / "IMG_1.jpg").read_bytes()) < len(first)
    said = say("auto", *photos, "--out", photos[0].parent, "--on-collision", "overwrite")
    assert said.status == SOME_FAILED
    assert said.err.count("is the original photo") == 3


def test_copies_below_their_photos_are_no_photos(
    say: Say, tmp_path: Path, photos: list[Path]
) -> None:
    folder = photos[0].parent
    out = folder / "export"
    say("auto", folder, "--out", out)
    again = say("auto", folder, "--out", out, "--on-collision", "skip", "--metadata", "none")
    assert (again.status, again.out) == (DONE, "")
    assert "3 files in the folders were exported by imgtune" in again.err
    elsewhere = say("auto", folder, "--out", tmp_path / "out", "--metadata", "none")
    assert len(elsewhere.out.splitlines()) == 3
    only_copies = say("auto", tmp_path / "out", "--out", tmp_path / "third")
    assert only_copies.status == WRONG_USE
    named = say("auto", out / "IMG_1.jpg", out, "--out", tmp_path / "third")
    assert [Path(line).name for line in named.out.splitlines()] == ["IMG_1.jpg"]


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb"])
def test_a_name_cannot_break_a_message(say: Say, tmp_path: Path, name: str) -> None:
    photo = write_scene(tmp_path / f"{name}.jpg")
    say("auto", photo, "--out", tmp_path / "out")
    said = say("auto", photo, "--out", tmp_path / "out", "--on-collision", "skip")
    (line,) = said.err.splitlines()
    assert line.isprintable()
    assert line.endswith("skipped, its copy is there already")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--depth", "16"], "JPEG cannot hold 16 bits"),
        (["--long-side", "0"], "0 is not 1 or more"),
        (["--fit", "1920"], "WIDTHxHEIGHT"),
        (["--fit", "100x100", "--long-side", "9"], "not allowed with"),
        (["--megapixels", "-1"], "-1"),
        (["--megapixels", "x"], "'x' is not a number of megapixels"),
        (["--name", "{nme}"], "{nme}"),
        (["--name", "a/b"], "'/'"),
        (["--jobs", "0"], "not 1 or more"),
        (["--jobs", "two"], "'two' is not a whole number"),
        (["--quality", "101"], "not within 1 .. 100"),
        (["--quality", "good"], "'good' is not a whole number"),
        (["--depth", "12"], "12"),
        (["--format", "gif"], "gif"),
        (["--profile", "cmyk"], "cmyk"),
        (["--on-collision", "ask"], "ask"),
    ],
)
def test_wrong_use_is_told_before_anything_is_written(
    say: Say, tmp_path: Path, photos: list[Path], words: list[str], reason: str
) -> None:
    said = say("auto", *photos, "--out", tmp_path / "out", *words)
    assert said.status == WRONG_USE
    (line,) = said.err.splitlines()
    assert reason in line
    assert not (tmp_path / "out").exists()


def test_wide_colour_in_8_bits_is_advised_against(
    say: Say, tmp_path: Path, photos: list[Path]
) -> None:
    said = say("auto", photos[0], "--out", tmp_path / "out", "--profile", "prophoto")
    assert said.status == DONE
    assert "bands" in said.err


class TestRender:
    @pytest.mark.parametrize("suffix", [".webp", ".avif", ".tif"])
    def test_takes_the_same_options(
        self, say: Say, tmp_path: Path, photos: list[Path], settings: Path, suffix: str
    ) -> None:
        out = tmp_path / f"new{suffix}"
        said = say(
            "render", photos[0], "--settings", settings, "--out", out, "--long-side", "90",
            "--sharpen", "standard", "--no-gps", "--profile", "display-p3",
        )  # fmt: skip
        assert (said.status, said.err) == (DONE, "")
        with Image.open(out) as image:
            assert image.size == (90, 60)
            assert not image.getexif().get_ifd(0x8825)
            assert b"Display P3" in image.info["icc_profile"]

    def test_name_and_format_must_agree(
        self, say: Say, tmp_path: Path, photos: list[Path], settings: Path
    ) -> None:
        words = ("render", photos[0], "--settings", settings)
        said = say(*words, "--out", tmp_path / "a.jpg", "--format", "png")
        assert said.status == WRONG_USE
        assert "must end in .png" in said.err
        assert say(*words, "--out", tmp_path / "a.png", "--format", "png").status == DONE

    def test_settings_come_from_standard_input(
        self, say: Say, tmp_path: Path, photos: list[Path], settings: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        files = tmp_path / "file.png", tmp_path / "piped.png"
        said = say("render", photos[0], "--settings", settings, "--out", files[0])
        assert said.status == DONE
        pipe(monkeypatch, settings.read_bytes())
        said = say("render", photos[0], "--settings", "-", "--out", files[1])
        assert (said.status, said.err) == (DONE, "")
        with Image.open(files[0]) as one, Image.open(files[1]) as other:
            assert one.tobytes() == other.tobytes()

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (b"", "is not JSON"),
            (b"[1]", "expected"),
            (b"\xff\xfe", "is not text in UTF-8"),
            (b'{"exposure_ev": 99}', "exposure_ev"),
        ],
    )
    def test_what_is_wrong_on_standard_input_is_said_of_it(
        self, say: Say, tmp_path: Path, photos: list[Path], given: bytes, reason: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        pipe(monkeypatch, given)
        out = tmp_path / "a.png"
        said = say("render", photos[0], "--settings", "-", "--out", out)
        assert said.status == WRONG_USE
        assert said.err.startswith("imgtune: standard input: ")
        assert reason in said.err
        assert not out.exists()


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Lets a command find ``data`` on its standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
