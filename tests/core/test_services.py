from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.assets import sample_photos
from model_core.domain.correction import Verdict
from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import UnknownStyle, UnreadablePhoto
from model_core.domain.prediction import Prediction
from model_core.services import (
    ANALYSIS_SIDE,
    DEFAULT_STYLE,
    EditState,
    Studio,
    default_data_dir,
)
from model_core.storage.catalog import UnknownLesson
from tests.core.imaging.raws import write_dng
from tests.core.pictures import UPRIGHT, corners_of, exif, quarters, write_scene
from tests.core.teaching import look, predicted, teach

OpenStudio = Callable[..., Studio]
JND = np.array([p.jnd for p in PARAMS])


class TestFinding:
    def test_natural_order_in_folders_and_below(self, studio: Studio, tmp_path: Path) -> None:
        names = ["IMG_10.jpg", "IMG_2.jpg", "img_1.JPG", "b/IMG_3.jpg", "b/a/x.tif", "IMG_2b.png"]
        for name in names:
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).touch()
        found = [p.relative_to(tmp_path / "in").as_posix() for p in
                 studio.find_photos([tmp_path / "in"])]  # fmt: skip
        assert sorted(found) == sorted(names)
        assert found[:2] == ["b/a/x.tif", "b/IMG_3.jpg"]
        assert found[2:] == ["img_1.JPG", "IMG_2.jpg", "IMG_2b.png", "IMG_10.jpg"]

    def test_only_photos_and_nothing_hidden(self, studio: Studio, tmp_path: Path) -> None:
        for name in ("a.jpg", "a.txt", "a.xmp", ".b.jpg", "._c.jpg", ".trash/d.jpg", "e", "f.CR2"):
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).touch()
        assert [p.name for p in studio.find_photos([tmp_path / "in"])] == ["a.jpg", "f.CR2"]

    def test_what_is_named_is_kept_whatever_it_is_and_in_its_place(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        (tmp_path / "in").mkdir()
        for name in ("a.jpg", "b.jpg"):
            (tmp_path / "in" / name).touch()
        named = [tmp_path / "gone.jpg", tmp_path / "notes.txt", tmp_path / "in" / "b.jpg"]
        assert studio.find_photos([*named, tmp_path / "in", *named]) == [
            *named, tmp_path / "in" / "a.jpg"
        ]  # fmt: skip

    def test_of_nothing_is_nothing(self, studio: Studio, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        assert studio.find_photos([]) == studio.find_photos([tmp_path / "in"]) == []

    def test_a_folder_that_leads_to_itself_ends(self, studio: Studio, tmp_path: Path) -> None:
        write_scene(tmp_path / "in" / "a.jpg")
        (tmp_path / "in" / "again").symlink_to(tmp_path / "in", target_is_directory=True)
        assert studio.find_photos([tmp_path / "in"]) == [tmp_path / "in" / "a.jpg"]


class TestLooking:
    def test_an_opened_photo_is_known_to_the_catalog(self, studio: Studio, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.jpg", exif=exif(orientation=6), height=900, width=1200)
        photo, proxy = studio.open_photo(path)
        assert studio.catalog.photo(photo.id) == photo
        assert (photo.width, photo.height) == (900, 1200)
        assert max(proxy.width, proxy.height) == ANALYSIS_SIDE
        assert studio.open_photo(path, 100)[1].height == 100

    def test_what_the_camera_left_in_a_file_is_there_at_once(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        buffer = io.BytesIO()
        Image.fromarray(quarters(160, 240)).save(buffer, "JPEG", quality=95)
        dark = np.zeros((80, 120, 3), np.uint8)
        path = write_dng(tmp_path / "a.dng", dark, orientation=6, preview=buffer.getvalue())
        found = studio.quick_thumbnail(path, 120)
        assert found is not None
        assert (found.shape, found.dtype) == ((120, 80, 3), np.uint8)
        assert corners_of(found) == UPRIGHT[6]
        assert studio.quick_thumbnail(write_scene(tmp_path / "b.jpg"), 120) is None
        with pytest.raises(UnreadablePhoto):
            studio.quick_thumbnail(tmp_path / "gone.dng", 120)

    def test_how_large_a_photo_may_be_can_be_set(self, studio: Studio, tmp_path: Path) -> None:
        path = write_scene(tmp_path / "a.png", height=100, width=90)
        studio.max_megapixels = 0.0089
        for work in (
            lambda: studio.open_photo(path),
            lambda: studio.export(path, IDENTITY, tmp_path / "out.jpg"),
            lambda: studio.quick_thumbnail(path, 8),
        ):
            with pytest.raises(UnreadablePhoto, match="over the limit"):
                work()
        studio.max_megapixels = 0.009
        assert studio.open_photo(path)[0].width == 90

    def test_what_is_seen_does_not_depend_on_what_is_on_the_screen(
        self, open_studio: OpenStudio, tmp_path: Path
    ) -> None:
        path = write_scene(tmp_path / "a.jpg", height=900, width=1200)
        found = []
        for index, side in enumerate((ANALYSIS_SIDE, 1800, None)):
            studio = open_studio(tmp_path / f"data {index}")
            photo, proxy = studio.open_photo(path, side or ANALYSIS_SIDE)
            given = proxy if side else None
            found.append(studio.analyse(photo, DEFAULT_STYLE, given).settings)
        assert np.array_equal(found[0], found[1])
        assert np.array_equal(found[0], found[2])

    def test_is_done_once_and_then_remembered(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        photo, features = look(open_studio(), photos[0])
        photos[0].unlink()
        again = open_studio().analyse(photo, DEFAULT_STYLE)
        assert np.array_equal(again.z, features.z)
        assert np.array_equal(again.settings, features.settings)
        assert again.version == features.version

    def test_a_photo_that_is_gone_is_named(self, studio: Studio, photos: list[Path]) -> None:
        photo, _ = studio.open_photo(photos[0], 64)
        photos[0].unlink()
        with pytest.raises(UnreadablePhoto, match=r"0\.jpg"):
            studio.analyse(photo, DEFAULT_STYLE)
        with pytest.raises(UnreadablePhoto, match=r"0\.jpg"):
            studio.open_photo(photos[0])


class TestLearning:
    def test_the_next_photo_shows_it_at_once(self, studio: Studio, photos: list[Path]) -> None:
        before = predicted(studio, photos[5]).settings
        lesson = teach(studio, photos[0])
        after = predicted(studio, photos[5])
        assert 0.4 <= after.settings["exposure_ev"] - before["exposure_ev"] <= 0.8
        assert 12 <= after.settings["temperature"] - before["temperature"] <= 25
        assert after.lessons == 1
        assert lesson.verdict == Verdict.CORRECTED
        assert lesson.id > 0
        assert lesson.path == photos[0].absolute()
        assert lesson.model == studio.base_version

    def test_what_is_kept_as_predicted_is_an_acceptance(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        teach(studio, photos[0])
        photo, features = look(studio, photos[1])
        exact = studio.predict(DEFAULT_STYLE, features).settings
        lesson = studio.learn(DEFAULT_STYLE, photo, features, exact)
        assert lesson.verdict == Verdict.ACCEPTED
        assert lesson.predicted == lesson.chosen == exact
        other = exact.with_value("contrast", exact["contrast"] + 1)
        assert studio.learn(DEFAULT_STYLE, photo, features, other).verdict == Verdict.CORRECTED

    def test_choices_are_stored_as_the_sliders_show_them(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        photo, features = look(studio, photos[0])
        rough = IDENTITY.updated({"exposure_ev": 0.123456, "contrast": 11.5001})
        lesson = studio.learn(DEFAULT_STYLE, photo, features, rough)
        assert (lesson.chosen["exposure_ev"], lesson.chosen["contrast"]) == (0.12, 12)

    def test_a_newer_lesson_for_a_photo_replaces_the_older(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        first = teach(studio, photos[0], exposure_ev=2.0)
        second = teach(studio, photos[0], exposure_ev=-1.0)
        assert studio.lessons(DEFAULT_STYLE) == [second]
        assert predicted(studio, photos[5]).lessons == 1
        with pytest.raises(UnknownLesson):
            studio.forget(first.id)

    def test_the_order_of_lessons_does_not_matter(
        self, open_studio: OpenStudio, photos: list[Path], tmp_path: Path
    ) -> None:
        found = []
        for name, order in (("a", [0, 1, 2]), ("b", [2, 0, 1])):
            studio = open_studio(tmp_path / name)
            for i in order:
                photo, features = look(studio, photos[i])
                chosen = IDENTITY.updated({"contrast": 10.0 * (i + 1), "tint": -5.0})
                studio.learn(DEFAULT_STYLE, photo, features, chosen)
            found.append(predicted(studio, photos[6]).settings)
        assert found[0] == found[1]

    def test_is_durable(self, open_studio: OpenStudio, photos: list[Path]) -> None:
        first = open_studio()
        lessons = [teach(first, photos[i]) for i in range(3)]
        expected = predicted(first, photos[7])
        second = open_studio()  # the first is not even closed
        assert second.lessons(DEFAULT_STYLE) == lessons
        again = predicted(second, photos[7])
        assert again.settings == expected.settings
        assert again.spread == pytest.approx(expected.spread)

    def test_another_window_sees_it_when_it_looks_again(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        one, other = open_studio(), open_studio()
        before = predicted(other, photos[7])
        teach(one, photos[0])
        assert not other.reload(DEFAULT_STYLE)  # lessons are new, the network is not
        assert predicted(other, photos[7]).settings == predicted(one, photos[7]).settings
        assert predicted(other, photos[7]).settings != before.settings

    def test_forgetting_is_as_if_it_had_never_been(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        teach(studio, photos[0])
        before = predicted(studio, photos[7])
        lesson = teach(studio, photos[1], contrast=50.0, tint=-60.0)
        assert predicted(studio, photos[7]).settings != before.settings
        assert studio.forget(lesson.id) == lesson
        assert predicted(studio, photos[7]) == before
        assert len(studio.lessons(DEFAULT_STYLE)) == 1
        with pytest.raises(UnknownLesson):
            studio.forget(lesson.id)

    def test_a_forgotten_lesson_can_be_taught_again_as_it_was(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        studio = open_studio()
        lesson = teach(studio, photos[0])
        taught = predicted(studio, photos[1])
        assert studio.lesson_of(DEFAULT_STYLE, lesson.photo) == lesson
        studio.forget(lesson.id)
        assert studio.lesson_of(DEFAULT_STYLE, lesson.photo) is None
        photos[0].unlink()
        stored = studio.restore_lesson(lesson)
        assert replace(stored, id=lesson.id) == lesson
        assert predicted(studio, photos[1]).settings == taught.settings
        assert studio.lesson_thumbnails([stored.id])[stored.id].startswith(b"\xff\xd8")

    def test_forgetting_lasts(self, open_studio: OpenStudio, photos: list[Path]) -> None:
        studio = open_studio()
        before = predicted(studio, photos[7])
        studio.forget(teach(studio, photos[1]).id)
        assert predicted(open_studio(), photos[7]) == before

    def test_the_shoot_is_the_folder_and_day_unless_told(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        photo, features = look(studio, photos[0])
        assert studio.learn(DEFAULT_STYLE, photo, features, IDENTITY).shoot == photo.shoot
        told = studio.learn(DEFAULT_STYLE, photo, features, IDENTITY, shoot="wedding")
        assert told.shoot == "wedding"

    def test_a_photo_that_was_moved_is_still_the_same(
        self, studio: Studio, photos: list[Path], tmp_path: Path
    ) -> None:
        teach(studio, photos[0])
        moved = Path(shutil.move(photos[0], tmp_path / "elsewhere.jpg"))
        teach(studio, moved, contrast=30.0)
        (lesson,) = studio.lessons(DEFAULT_STYLE)
        assert lesson.path == moved

    def test_lessons_outlive_their_photos_and_the_features_of_them(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        studio = open_studio()
        for path in photos[:4]:
            teach(studio, path)
        expected = predicted(studio, photos[7])
        for path in photos[:4]:
            path.unlink()
        studio.catalog.drop_features(studio.base_version)  # as after a new network
        again = predicted(open_studio(), photos[7])
        assert again.lessons == 4
        gap = np.abs(np.array(again.settings.values) - expected.settings.values) / JND
        assert gap.max() < 0.3  # learned from JPEG thumbnails

    def test_a_photo_that_vanished_can_still_be_learned_from(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        photo, features = look(open_studio(), photos[0])
        photos[0].unlink()
        studio = open_studio()  # has no thumbnail in memory either
        studio.learn(DEFAULT_STYLE, photo, features, IDENTITY.with_value("contrast", 40.0))
        assert predicted(studio, photos[7]).lessons == 1

    def test_an_unknown_style_is_refused(self, studio: Studio, photos: list[Path]) -> None:
        photo, features = look(studio, photos[0])
        with pytest.raises(UnknownStyle, match="Nobody"):
            studio.learn("Nobody", photo, features, IDENTITY)
        with pytest.raises(UnknownStyle, match=rf"Nobody.*{DEFAULT_STYLE}"):
            studio.require_style("Nobody")


class TestManyPredictions:
    def test_come_in_order_and_agree_with_each_alone(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        teach(studio, photos[0])
        features = [look(studio, p)[1] for p in photos]
        together = studio.predict_many(DEFAULT_STYLE, features)
        assert [p.photo for p in together] == [f.photo for f in features]
        assert [p.settings for p in together] == [
            studio.predict(DEFAULT_STYLE, f).settings for f in features
        ]
        assert studio.predict_many(DEFAULT_STYLE, []) == []

    def test_eight_threads_learn_and_predict_at_once(
        self, studio: Studio, photos: list[Path]
    ) -> None:
        studio.create_style("Other")
        seen = [look(studio, p) for p in photos]

        def work(index: int) -> list[Prediction]:
            style = (DEFAULT_STYLE, "Other")[index % 2]
            photo, features = seen[index]
            found = []
            for value in (10.0, 20.0, 30.0):
                studio.learn(style, photo, features, IDENTITY.with_value("contrast", value))
                found += studio.predict_many(style, [f for _, f in seen])
            return found

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(work, range(8)))
        assert all(np.isfinite(p.settings.values).all() for found in answers for p in found)
        for style in (DEFAULT_STYLE, "Other"):
            assert len(studio.lessons(style)) == 4
            last = studio.predict(style, seen[0][1])
            assert last.lessons == 4
            studio.reload(style)
            assert studio.predict(style, seen[0][1]).settings == last.settings


class TestStyles:
    def test_are_separate(self, studio: Studio, photos: list[Path]) -> None:
        studio.create_style("Black and white")
        before = predicted(studio, photos[5])
        lesson = teach(studio, photos[0], "Black and white", saturation=-90.0)
        assert predicted(studio, photos[5]) == before
        assert predicted(studio, photos[5], "Black and white").settings["saturation"] < -40
        teach(studio, photos[0], exposure_ev=1.0)
        assert studio.lessons("Black and white") == [lesson]
        assert [(s.name, s.lessons) for s in studio.styles()] == [
            (DEFAULT_STYLE, 1), ("Black and white", 1)
        ]  # fmt: skip

    def test_all_are_served_by_the_base_at_first(self, studio: Studio) -> None:
        (only,) = studio.styles()
        assert (only.name, only.lessons, only.version) == (DEFAULT_STYLE, 0, studio.base_version)
        assert studio.versions(DEFAULT_STYLE) == []
        assert studio.rollback(DEFAULT_STYLE) == studio.base_version


class TestEdits:
    def test_a_draft_is_kept_and_teaches_nothing(
        self, open_studio: OpenStudio, photos: list[Path]
    ) -> None:
        studio = open_studio()
        photo, _ = look(studio, photos[0])
        before = predicted(studio, photos[5])
        draft = IDENTITY.with_value("contrast", 33)
        studio.save_edit(DEFAULT_STYLE, photo, draft)
        found = open_studio().load_edit(DEFAULT_STYLE, photo.id)
        assert found is not None
        assert (found.settings, found.state) == (draft, EditState.DRAFT)
        assert predicted(studio, photos[5]) == before
        assert studio.lessons(DEFAULT_STYLE) == []

    def test_a_cleared_draft_is_gone(self, studio: Studio, photos: list[Path]) -> None:
        photo, _ = look(studio, photos[0])
        studio.save_edit(DEFAULT_STYLE, photo, IDENTITY)
        studio.clear_edit(DEFAULT_STYLE, photo.id)
        assert studio.load_edit(DEFAULT_STYLE, photo.id) is None

    def test_a_lesson_leaves_its_mark(self, studio: Studio, photos: list[Path]) -> None:
        lesson = teach(studio, photos[0])
        found = studio.load_edit(DEFAULT_STYLE, lesson.photo)
        assert found is not None
        assert (found.settings, found.state) == (lesson.chosen, EditState.CORRECTED)
        studio.forget(lesson.id)
        found = studio.load_edit(DEFAULT_STYLE, lesson.photo)
        assert found is not None
        assert found.state == EditState.DRAFT

    def test_styles_have_their_own(self, studio: Studio, photos: list[Path]) -> None:
        studio.create_style("Other")
        photo, _ = look(studio, photos[0])
        studio.save_edit("Other", photo, IDENTITY)
        assert studio.load_edit(DEFAULT_STYLE, photo.id) is None


def test_the_data_directory_is_the_users_own() -> None:
    assert default_data_dir().name == "imgtune"
    assert default_data_dir().is_absolute()


@pytest.mark.slow
def test_on_real_photos_a_few_lessons_bring_predictions_close(studio: Studio) -> None:
    """One who always wants it warmer, brighter and softer, on the bundled photos."""
    paths = sample_photos()
    shift = np.array([{"temperature": 3, "exposure_ev": 4, "contrast": -2}.get(p.name, 0) for p in
                      PARAMS]) * JND  # fmt: skip
    seen = {p: look(studio, p) for p in paths}
    wanted = {p: DevelopSettings.from_values(f.settings + shift) for p, (_, f) in seen.items()}

    def error() -> float:
        gaps = []
        for path in paths[10:]:
            answer = studio.predict(DEFAULT_STYLE, seen[path][1]).settings
            gaps.append(np.abs((np.array(answer.values) - wanted[path].values) / JND).mean())
        return float(np.mean(gaps))

    found = [error()]
    for path in paths[:8]:
        photo, features = seen[path]
        studio.learn(DEFAULT_STYLE, photo, features, wanted[path], shoot=path.stem.split(" ")[0])
        found.append(error())
    assert found[1] < found[0] * 0.55
    assert found[8] < found[0] * 0.2
