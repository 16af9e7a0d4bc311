"""Learning from photos and the copies that some program made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.assets import sample_photos
from model_core.domain.develop import PARAMS, DevelopSettings
from model_core.domain.errors import CannotTrain
from model_core.domain.image import CodedImage
from model_core.imaging.decode import decode_proxy
from model_core.imaging.recover import recover, unlike
from model_core.imaging.render import render
from model_core.services import DEFAULT_STYLE, Studio
from tests.core.commands import Say
from tests.core.pictures import scene, write_scene
from tests.core.teaching import predicted

OpenStudio = Callable[..., Studio]
LOOK = DevelopSettings().updated(
    {"exposure_ev": 0.6, "temperature": 30.0, "contrast": 25.0, "saturation": -30.0}
)


@pytest.fixture
def folders(photos: list[Path], tmp_path: Path) -> tuple[Path, Path]:
    """Four photos and copies in LOOK, as another program would name them."""
    before, after = tmp_path / "before", tmp_path / "after"
    after.mkdir()
    for i in range(4):
        path = write_scene(before / f"IMG_{i}.jpg", i)
        developed(path, after / f"img_{i}-Edited.jpeg")
    return before, after


def developed(path: Path, out: Path, settings: DevelopSettings = LOOK) -> None:
    Image.fromarray(render(decode_proxy(path, 4000)[1], settings)).save(out, quality=95)


class TestRecovering:
    @pytest.mark.parametrize("seed", [0, 1])
    def test_our_own_look_is_found_again(self, seed: int) -> None:
        before = CodedImage(scene(seed))
        found = recover(before, CodedImage(np.asarray(render(before, LOOK))))
        assert found.residual < 1.0
        assert found.residual < 0.2 * found.apart
        for name, within in (("exposure_ev", 0.25), ("temperature", 8.0)):
            assert found.settings[name] == pytest.approx(LOOK[name], abs=within)

    def test_of_all_that_would_explain_a_copy_the_fewest_sliders_do(self) -> None:
        moved = {"exposure_ev": 0.8, "contrast": 20.0, "saturation": -15.0, "temperature": 10.0}
        off = []
        for path in sample_photos()[::4]:
            before, wanted = decode_proxy(path, 256)[1], DevelopSettings().updated(moved)
            found = recover(before, CodedImage(np.asarray(render(before, wanted)))).settings
            off += [abs(f - w) / p.jnd for f, w, p in zip(found, wanted, PARAMS, strict=True)]
        assert np.mean(off) < 0.2

    def test_an_untouched_copy_is_left_alone(self) -> None:
        before = CodedImage(scene(0))
        found = recover(before, before)
        assert found.residual < 0.05
        assert all(abs(v) <= p.jnd / 4 for v, p in zip(found.settings, PARAMS, strict=True))

    def test_a_local_edit_does_not_pull_the_whole_picture(self) -> None:
        before = CodedImage(scene(0))
        after = np.array(render(before, LOOK))
        after[: len(after) // 6, : after.shape[1] // 4] = 0
        found = recover(before, CodedImage(after))
        assert found.settings["exposure_ev"] == pytest.approx(0.6, abs=0.3)

    def test_what_cannot_be_compared_is_said(self) -> None:
        picture = scene(0)
        assert unlike(CodedImage(picture), CodedImage(picture)) == ""
        assert "cropped" in unlike(CodedImage(picture), CodedImage(picture[:, : len(picture) // 2]))
        noise = np.random.default_rng(0).integers(0, 256, picture.shape).astype(np.uint8)
        assert "same photo" in unlike(CodedImage(picture), CodedImage(noise))


class TestCommand:
    def test_pairs_teach_the_look(
        self, say: Say, folders: tuple[Path, Path], open_studio: OpenStudio, tmp_path: Path
    ) -> None:
        other = write_scene(tmp_path / "new.jpg", 9)
        before = predicted(open_studio(), other).settings
        said = say("learn-pairs", *folders, "--style", "Theirs")
        assert said.status == 0
        assert said.out.count("deltaE") == 4
        assert "4 of 4 pairs learned in 'Theirs'" in said.err
        studio = open_studio()
        assert len(studio.lessons("Theirs")) == 4
        after = predicted(studio, other, "Theirs").settings
        assert after["temperature"] > before["temperature"] + 10
        assert predicted(studio, other).settings == before  # the other style knows nothing

    def test_what_is_left_out_is_named_with_its_reason(
        self, say: Say, folders: tuple[Path, Path], open_studio: OpenStudio
    ) -> None:
        before, after = folders
        with Image.open(after / "img_1-Edited.jpeg") as image:
            image.crop((0, 0, image.width // 2, image.height)).save(after / "img_1-Edited.jpeg")
        (after / "img_2-Edited.jpeg").write_bytes(b"no picture")
        write_scene(after / "holiday.jpg", 3)
        write_scene(before / "alone.jpg", 4)
        said = say("learn-pairs", before, after)
        assert said.status == 1
        assert "1 photos have no finished copy: alone.jpg" in said.err
        assert "IMG_1.jpg: left out: it has another shape" in said.out
        assert "img_2-Edited.jpeg" in said.out
        assert "holiday.jpg: no photo of that name" in said.err
        assert len(open_studio().lessons(DEFAULT_STYLE)) == 2
        near = say("learn-pairs", before, after, "--max-residual", "0.001", "--style", "Strict")
        assert near.status == 1
        assert "no nearer than deltaE" in near.out
        assert [s.name for s in open_studio().styles()] == [DEFAULT_STYLE]

    def test_folders_without_a_pair_say_what_to_do(
        self, say: Say, folders: tuple[Path, Path], tmp_path: Path
    ) -> None:
        (tmp_path / "empty").mkdir()
        said = say("learn-pairs", folders[0], tmp_path / "empty")
        assert said.status == 1
        assert "must keep the photo's name" in said.err
        assert say("learn-pairs", folders[0], tmp_path / "gone").status == 2

    def test_names_are_matched_by_their_longest_beginning(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        before, after = tmp_path / "b", tmp_path / "a"
        for name in ("IMG_1", "IMG_10", "IMG_1-2", "x/IMG_3", "y/IMG_3"):
            write_scene(before / f"{name}.jpg", 0)
        for name in ("img_10", "IMG_1-2 final", "IMG_1_bw", "IMG_3", "IMG_11"):
            write_scene(after / f"{name}.jpg", 0)
        pairs, left = studio.pairs.match(before, after)
        assert {(p.before.stem, p.after.stem) for p in pairs} == {
            ("IMG_10", "img_10"), ("IMG_1-2", "IMG_1-2 final"), ("IMG_1", "IMG_1_bw")
        }  # fmt: skip
        assert sum("several photos" in line for line in left) == 2
        assert sum("no photo of that name" in line for line in left) == 2
        write_scene(before / "edited" / "IMG_10.jpg", 0)
        nested, _ = studio.pairs.match(before, before / "edited")
        assert [p.before for p in nested] == [before / "IMG_10.jpg"]
        with pytest.raises(CannotTrain):
            studio.pairs.match(before, before)
