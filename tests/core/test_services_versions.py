"""Versions that come and go under the lessons, and what is written for the user."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core import services
from model_core.assets import assets_dir
from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import BrokenModel, CannotWrite, UnreadablePhoto
from model_core.domain.version import BASE_VERSION
from model_core.services import DEFAULT_STYLE, ExportOptions, Studio
from tests.core.pictures import exif, scene, write_scene
from tests.core.teaching import look, predicted, teach

OpenStudio = Callable[..., Studio]


class TestVersions:
    """Published versions stand in for trained ones here: packs of the personal head."""

    @pytest.fixture
    def pack(self, open_studio: OpenStudio, photos: list[Path], tmp_path: Path) -> Path:
        teacher = open_studio(tmp_path / "teacher")
        for path in photos[:3]:
            teach(teacher, path)
        teacher.export_pack(DEFAULT_STYLE, tmp_path / "pack.imgtune")
        return tmp_path / "pack.imgtune"

    def test_a_new_version_serves_and_rolling_back_ends_it(
        self, studio: Studio, pack: Path, photos: list[Path]
    ) -> None:
        before = predicted(studio, photos[7])
        version = studio.import_pack(pack)
        assert studio.current_version(DEFAULT_STYLE) == version.id
        assert predicted(studio, photos[7]).version == version.id
        assert predicted(studio, photos[7]).settings != before.settings
        assert studio.rollback(DEFAULT_STYLE) == studio.base_version
        assert predicted(studio, photos[7]) == before

    def test_any_version_can_be_made_to_serve(
        self, studio: Studio, pack: Path, photos: list[Path]
    ) -> None:
        one, two = (studio.import_pack(pack, DEFAULT_STYLE).id for _ in range(2))
        assert studio.rollback(DEFAULT_STYLE, studio.base_version) == studio.base_version
        for wanted in (one, two, BASE_VERSION, two):
            served = studio.rollback(DEFAULT_STYLE, wanted)
            assert served == (studio.base_version if wanted == BASE_VERSION else wanted)
            assert predicted(studio, photos[7]).version == served
        with pytest.raises(BrokenModel):
            studio.rollback(DEFAULT_STYLE, "v99")
        assert studio.current_version(DEFAULT_STYLE) == two

    def test_a_window_that_is_open_takes_it_up_when_asked(
        self, open_studio: OpenStudio, pack: Path, photos: list[Path]
    ) -> None:
        one, other = open_studio(), open_studio()
        look(other, photos[7])
        version = one.import_pack(pack)
        assert other.network_version(DEFAULT_STYLE) == other.base_version
        assert other.reload(DEFAULT_STYLE)
        assert other.network_version(DEFAULT_STYLE) == version.id
        assert not other.reload(DEFAULT_STYLE)

    def test_what_was_seen_before_the_swap_can_still_be_learned_from(
        self, studio: Studio, pack: Path, photos: list[Path]
    ) -> None:
        photo, old = look(studio, photos[0])
        version = studio.import_pack(pack)
        lesson = studio.learn(DEFAULT_STYLE, photo, old, IDENTITY.with_value("contrast", 50.0))
        assert lesson.model == studio.base_version
        answer = predicted(studio, photos[7])
        assert (answer.version, answer.lessons) == (version.id, 1)

    def test_what_was_seen_before_the_swap_is_answered_with_all_lessons(
        self, studio: Studio, pack: Path, photos: list[Path]
    ) -> None:
        _, old = look(studio, photos[7])
        teach(studio, photos[0])
        studio.import_pack(pack, DEFAULT_STYLE)
        assert studio.predict(DEFAULT_STYLE, old).lessons == 1
        lesson = teach(studio, photos[1])
        answer = studio.predict(DEFAULT_STYLE, old)
        assert (answer.version, answer.lessons) == (studio.base_version, 2)
        studio.forget(lesson.id)
        assert studio.predict(DEFAULT_STYLE, old).lessons == 1

    def test_a_broken_version_gives_way_with_a_warning_and_its_lessons_stay(
        self, open_studio: OpenStudio, pack: Path, photos: list[Path]
    ) -> None:
        studio = open_studio()
        teach(studio, photos[0])
        expected = predicted(studio, photos[7])
        version = studio.import_pack(pack, DEFAULT_STYLE)
        path = studio.models.path(version, "model.onnx")
        path.write_bytes(path.read_bytes()[:-5000])
        again = open_studio()
        assert predicted(again, photos[7]) == expected
        assert again.network_version(DEFAULT_STYLE) == again.base_version
        (warning,) = again.warnings
        assert "model.onnx" in warning
        assert "base model" in warning
        assert "\n" not in warning

    def test_a_broken_pack_changes_nothing(self, studio: Studio, pack: Path) -> None:
        pack.write_bytes(pack.read_bytes()[:-2000])
        with pytest.raises(BrokenModel, match=r"pack\.imgtune"):
            studio.import_pack(pack, "New")
        assert [s.name for s in studio.styles()] == [DEFAULT_STYLE]
        with pytest.raises(BrokenModel, match=r"pack\.imgtune"):
            studio.import_pack(pack)
        assert studio.versions(DEFAULT_STYLE) == []

    def test_what_is_no_pack_is_refused(self, studio: Studio, photos: list[Path]) -> None:
        for file in (photos[0], photos[0].parent / "gone.imgtune"):
            with pytest.raises(BrokenModel, match=file.name):
                studio.import_pack(file)

    def test_a_pack_that_cannot_be_written_leaves_nothing(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        with pytest.raises(CannotWrite):
            studio.export_pack(DEFAULT_STYLE, tmp_path / "no folder" / "x.imgtune")
        (tmp_path / "folder").mkdir()
        with pytest.raises(CannotWrite):
            studio.export_pack(DEFAULT_STYLE, tmp_path / "folder")
        assert list((tmp_path / "folder").iterdir()) == []

    def test_without_the_base_nothing_starts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services.studio, "assets_dir", lambda: tmp_path)
        with pytest.raises(BrokenModel, match="base model"):
            Studio(tmp_path / "data")

    @pytest.mark.parametrize("damage", ["missing", "cut"])
    def test_a_broken_base_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: list[Path], damage: str
    ) -> None:
        (tmp_path / "base").mkdir()
        shutil.copy(assets_dir() / "base" / "manifest.json", tmp_path / "base")
        if damage == "cut":
            data = (assets_dir() / "base" / "model.onnx").read_bytes()
            (tmp_path / "base" / "model.onnx").write_bytes(data[:100_000])
        monkeypatch.setattr(services.studio, "assets_dir", lambda: tmp_path)
        studio = Studio(tmp_path / "data")
        with pytest.raises(BrokenModel, match=r"model\.onnx"):
            look(studio, photos[0])
        studio.close()


class TestOutput:
    settings = DevelopSettings.from_mapping({"exposure_ev": 0.5, "saturation": -100})

    def test_a_preview_is_ready_for_the_screen(self, studio: Studio, photos: list[Path]) -> None:
        _, proxy = studio.open_photo(photos[0])
        for quick in (False, True):
            shown = studio.preview(proxy, self.settings, quick=quick)
            assert shown.shape == proxy.pixels.shape
            assert shown.dtype == np.uint8
            assert shown.flags.c_contiguous
            assert np.ptp(shown.astype(int), axis=-1).max() <= 3

    @pytest.mark.parametrize("name", ["jpeg", "png", "tiff"])
    def test_an_export_is_the_whole_photo_as_developed(
        self, studio: Studio, tmp_path: Path, name: str
    ) -> None:
        path = write_scene(
            tmp_path / "a.jpg", exif=exif(orientation=6), height=600, width=900, quality=95
        )
        options = ExportOptions(name, 95)
        out = studio.export_name(path, tmp_path / "new" / "folder", options)
        assert studio.export(path, self.settings, out, options) == out
        with Image.open(out) as image:
            assert image.size == (600, 900)
            assert image.getexif()[0x0110] == "Camera X"
            assert image.getexif().get(0x0112, 1) == 1
            pixels = np.asarray(image).astype(int)
        shown = studio.preview(studio.open_photo(path, 2000)[1], self.settings).astype(int)
        assert np.abs(pixels - shown).mean() < 2
        assert [p.name for p in out.parent.iterdir()] == [out.name]

    def test_what_is_written_is_the_users_edit_or_else_the_prediction(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        lesson = teach(studio, photos[0])
        photo, _ = look(studio, photos[1])
        studio.save_edit(DEFAULT_STYLE, photo, IDENTITY.with_value("contrast", -70))
        found = [studio.settings_for(DEFAULT_STYLE, p) for p in photos[:3]]
        # A draft is not yet an answer to the prediction.
        assert found == [lesson.chosen, *(predicted(studio, p).settings for p in photos[1:3])]
        photos[3].write_bytes(b"no photo")
        with pytest.raises(UnreadablePhoto):
            studio.settings_for(DEFAULT_STYLE, photos[3])

    def test_an_untouched_photo_stays_what_it_was(self, studio: Studio, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.png")
        out = studio.export(path, IDENTITY, tmp_path / "b.png", ExportOptions("png"))
        with Image.open(out) as image:
            assert np.array_equal(np.asarray(image), scene())

    def test_names_never_collide(self, studio: Studio, photos: list[Path]) -> None:
        folder = photos[0].parent
        names = []
        for _ in range(3):
            out = studio.export_name(photos[0], folder)
            studio.export(photos[0], IDENTITY, out)
            names.append(out.name)
        assert names == ["0-2.jpg", "0-3.jpg", "0-4.jpg"]
        assert studio.export_name(photos[0], folder, ExportOptions("tiff")).name == "0.tif"

    def test_originals_are_never_written(self, studio: Studio, photos: list[Path]) -> None:
        before = photos[0].read_bytes()
        soft, hard = photos[0].with_name("soft.jpg"), photos[0].with_name("hard.jpg")
        soft.symlink_to(photos[0])
        os.link(photos[0], hard)
        for target in (
            photos[0],
            soft,
            hard,
            photos[0].parent / ".." / photos[0].parent.name / "0.jpg",
        ):
            with pytest.raises(CannotWrite, match="original"):
                studio.export(photos[0], self.settings, target)
        assert photos[0].read_bytes() == before

    @pytest.mark.parametrize("fault", ["replace", "fsync"])
    def test_a_failure_leaves_what_was_there(
        self,
        studio: Studio,
        photos: list[Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        fault: str,
    ) -> None:
        out = tmp_path / "out"
        studio.export(photos[1], IDENTITY, out / "0.jpg")
        yesterday = (out / "0.jpg").read_bytes()

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, fault, full)
        with pytest.raises(CannotWrite, match=r"0\.jpg.*full") as caught:
            studio.export(photos[0], self.settings, out / "0.jpg")
        monkeypatch.undo()
        assert "\n" not in str(caught.value)
        assert [p.read_bytes() for p in out.iterdir()] == [yesterday]

    def test_a_folder_that_cannot_be_made_is_named(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        with pytest.raises(CannotWrite, match="below"):
            studio.export(photos[0], IDENTITY, photos[1] / "below" / "a.jpg")
        with pytest.raises(CannotWrite):
            studio.export(photos[0], IDENTITY, photos[0].parent)

    def test_a_photo_that_cannot_be_read_makes_no_folder(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        (tmp_path / "a.jpg").write_bytes(b"no photo")
        with pytest.raises(UnreadablePhoto):
            studio.export(tmp_path / "a.jpg", IDENTITY, tmp_path / "out" / "a.jpg")
        assert not (tmp_path / "out").exists()
