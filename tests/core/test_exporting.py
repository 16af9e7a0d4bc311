"""Batches: names that do not collide, errors by file, cancel, several at a time."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.domain.develop import IDENTITY, DevelopSettings
from model_core.domain.errors import CannotWrite, UnreadablePhoto
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.geometry import Geometry
from model_core.domain.marks import Marks
from model_core.domain.naming import NameTemplate
from model_core.exporting import Naming, export_batch, export_photo
from model_core.imaging.encode import encode
from model_core.progress import Progress
from model_core.services import Studio
from model_core.storage.atomic import cannot_write
from tests.core.imaging.raws import write_dng
from tests.core.pictures import exif, scene, write_scene

OVERWRITE, SKIP, UNIQUE = OnCollision.OVERWRITE, OnCollision.SKIP, OnCollision.UNIQUE
OURS = encode(scene(), Path("gone.jpg"), ExportOptions())


def naming(folder: Path, template: str = "{name}", on: OnCollision = UNIQUE) -> Naming:
    folder.mkdir(exist_ok=True)
    return Naming(folder, ".jpg", NameTemplate(template), on, "warm")


def batch(sources: list[Path], target: Naming, content: bytes = OURS, jobs: int = 4) -> BatchResult:
    """Copies of ``content`` for each source, as a real export writes them."""
    return export_batch(
        [ExportItem(path) for path in sources],
        target,
        lambda item, file: file.write_bytes(content),
        jobs=jobs,
    )


def names(result: BatchResult) -> list[str]:
    return [path.name for path in result.written]


class TestNames:
    def test_follow_the_template_in_order(self, tmp_path: Path) -> None:
        sources = [tmp_path / f"{n}.nef" for n in "cab"]
        result = batch(sources, naming(tmp_path / "out", "{style}_{seq:03}_{name}"))
        assert names(result) == ["warm_001_c.jpg", "warm_002_a.jpg", "warm_003_b.jpg"]

    def test_tell_time_and_camera_of_the_photo(self, tmp_path: Path) -> None:
        source = write_scene(tmp_path / "a.jpg", exif=exif())
        plain = write_scene(tmp_path / "b.jpg")
        os.utime(plain, (0, 1_000_000_000))
        result = batch([source, plain], naming(tmp_path / "out", "{date}_{time} {camera}"))
        assert names(result)[0] == "2024-05-01_102030 Camera X.jpg"
        assert names(result)[1].startswith("2001-09-")  # the file's own time

    @pytest.mark.parametrize("on", list(OnCollision))
    def test_of_one_batch_never_meet(self, tmp_path: Path, on: OnCollision) -> None:
        # The same name from two cameras, in another case, and composed otherwise.
        sources = [tmp_path / d / n for d in "ab" for n in ("X.nef", "x.jpg", "é.jpg", "é.jpg")]
        result = batch(sources, naming(tmp_path / "out", on=on))
        assert len(result.written) == 8
        assert len({n.casefold() for n in names(result)}) == 8
        assert names(result)[:2] == ["X.jpg", "x-2.jpg"]

    def test_one_template_for_all_counts(self, tmp_path: Path) -> None:
        result = batch([tmp_path / f"{i}.jpg" for i in range(3)], naming(tmp_path / "o", "same"))
        assert names(result) == ["same.jpg", "same-2.jpg", "same-3.jpg"]

    def test_taken_ones_are_numbered(self, tmp_path: Path) -> None:
        target = naming(tmp_path / "out")
        for expected in ("a.jpg", "a-2.jpg", "a-3.jpg"):
            assert names(batch([tmp_path / "a.nef"], target)) == [expected]

    def test_taken_ones_are_skipped_on_request(self, tmp_path: Path) -> None:
        sources = [tmp_path / d / "a.nef" for d in "xy"]
        target = naming(tmp_path / "out", on=SKIP)
        assert names(batch(sources[:1], target)) == ["a.jpg"]
        again = batch(sources, target)
        assert (names(again), again.skipped) == (["a-2.jpg"], (sources[0],))
        assert batch(sources, target).skipped == tuple(sources)

    def test_own_exports_are_replaced_on_request_and_nothing_else(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        target = naming(out, on=OVERWRITE)
        batch([tmp_path / "a.nef"], target)
        newer = encode(scene(5), Path("gone.jpg"), ExportOptions())
        assert names(batch([tmp_path / "a.nef"], target, newer)) == ["a.jpg"]
        assert (out / "a.jpg").read_bytes() == newer
        camera = write_scene(out / "b.jpg").read_bytes()  # a camera's own JPEG beside its raw
        result = batch([tmp_path / "b.nef"], target)
        assert "was not exported by imgtune" in result.errors[0]
        assert (out / "b.jpg").read_bytes() == camera

    @pytest.mark.parametrize("on", list(OnCollision))
    def test_originals_are_never_replaced_even_when_they_are_our_exports(
        self, tmp_path: Path, on: OnCollision
    ) -> None:
        sources = [tmp_path / n for n in ("a.jpg", "b.jpg")]
        for source in sources:
            source.write_bytes(OURS)
        newer = encode(scene(5), Path("gone.jpg"), ExportOptions())
        batch(sources, naming(tmp_path, on=on), newer)
        assert [s.read_bytes() for s in sources] == [OURS, OURS]


class TestRace:
    def race(self, folder: Path, on: OnCollision) -> tuple[BatchResult, Path, bytes]:
        """A batch of one, into whose file another program writes while it is developed."""
        source = write_scene(folder / "in" / "a.jpg")
        theirs = encode(scene(7), Path("gone.jpg"), ExportOptions())
        first = True

        def write(item: ExportItem, file: Path) -> None:
            nonlocal first
            # As export_photo does it: the file is missing when it begins, and there at the end.
            cancel = _Meanwhile(file, theirs) if first else None
            first = False
            export_photo(
                item.path, IDENTITY, file, ExportOptions(), may_replace=False, cancel=cancel
            )

        result = export_batch([ExportItem(source)], naming(folder / "out", on=on), write)
        return result, folder / "out" / "a.jpg", theirs

    def test_a_file_that_appears_meanwhile_is_left_and_another_name_taken(
        self, tmp_path: Path
    ) -> None:
        result, file, theirs = self.race(tmp_path, UNIQUE)
        assert (names(result), result.errors) == (["a-2.jpg"], ())
        assert file.read_bytes() == theirs

    def test_or_it_is_skipped(self, tmp_path: Path) -> None:
        result, file, theirs = self.race(tmp_path, SKIP)
        assert (len(result.skipped), result.errors) == (1, ())
        assert file.read_bytes() == theirs

    def test_two_batches_at_once_lose_no_copy(self, tmp_path: Path) -> None:
        sources = [
            [write_scene(tmp_path / d / f"{i}.jpg", i) for i in range(4)] for d in ("x", "y")
        ]
        (tmp_path / "out").mkdir()

        def run(paths: list[Path]) -> BatchResult:
            return export_batch(
                [ExportItem(path) for path in paths],
                naming(tmp_path / "out"),
                lambda item, file: export_photo(
                    item.path, IDENTITY, file, ExportOptions(), may_replace=False
                ),
            )

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(run, sources))
        assert [result.errors for result in results] == [(), ()]
        assert len(set(results[0].written) | set(results[1].written)) == 8
        assert len(list((tmp_path / "out").iterdir())) == 8


class _Meanwhile(threading.Event):
    """Never set; the first time that it is asked, another program writes its file."""

    def __init__(self, file: Path, content: bytes) -> None:
        super().__init__()
        self._file, self._content = file, content

    def is_set(self) -> bool:
        if not self._file.exists():
            self._file.write_bytes(self._content)
        return False


class TestBatch:
    def sources(self, folder: Path, count: int = 6) -> list[Path]:
        return [write_scene(folder / "in" / f"{i}.jpg", i) for i in range(count)]

    @pytest.mark.parametrize("jobs", [1, 3])
    def test_writes_what_one_by_one_would(self, tmp_path: Path, jobs: int) -> None:
        sources, settings = self.sources(tmp_path), IDENTITY.with_value("exposure_ev", 0.7)
        options = ExportOptions("png", long_side=90)
        result = export_batch(
            [ExportItem(path, settings) for path in sources],
            Naming(tmp_path / "out", ".png"),
            lambda item, file: export_photo(item.path, settings, file, options, threads=1),
            jobs=jobs,
        )
        assert [p.name for p in result.written] == [f"{i}.png" for i in range(6)]
        for source, file in zip(sources, result.written, strict=True):
            alone = export_photo(source, settings, tmp_path / "alone.png", options)
            assert file.read_bytes() == alone.read_bytes()

    def test_works_on_several_at_a_time(self, tmp_path: Path) -> None:
        together = threading.Barrier(3, timeout=20)
        result = export_batch(
            [ExportItem(tmp_path / f"{i}.jpg") for i in range(6)],
            naming(tmp_path / "out"),
            lambda item, file: together.wait(),
            jobs=3,
        )
        assert len(result.written) == 6

    @pytest.mark.parametrize("background", [False, True])
    def test_names_each_fault_and_goes_on(self, tmp_path: Path, background: bool) -> None:
        faults = {
            1: UnreadablePhoto("1.jpg: is empty (0 bytes)"),
            3: CannotWrite("Cannot write: the disk is full."),
            4: MemoryError(),
            5: RuntimeError("a bug"),
        }

        def write(item: ExportItem, file: Path) -> None:
            if fault := faults.get(int(item.path.stem)):
                raise fault

        items = [ExportItem(Path(f"/in/{i}.jpg")) for i in range(7)]
        result = export_batch(items, naming(tmp_path / "out"), write, background=background)
        assert [p.stem for p in result.written] == ["0", "2", "6"]
        first, second, third, fourth = result.errors
        assert (first, second) == (str(faults[1]), str(faults[3]))
        assert "memory" in third
        assert "a bug" in fourth
        assert not result.cancelled

    def test_reports_progress_and_each_file_in_the_callers_thread(self, tmp_path: Path) -> None:
        told: list[tuple[float, float]] = []
        files: list[Path] = []
        here = threading.get_ident()

        def report(done: float, total: float, _: str) -> None:
            assert threading.get_ident() == here
            told.append((done, total))

        result = export_batch(
            [ExportItem(tmp_path / f"{i}.jpg") for i in range(5)],
            naming(tmp_path / "out"),
            lambda item, file: None,
            progress=Progress(report),
            on_written=files.append,
        )
        assert told[-1] == (5, 5)
        assert told == sorted(told)
        assert sorted(files) == sorted(result.written)

    def test_stops_on_cancel_and_says_what_was_written(self, tmp_path: Path) -> None:
        cancel = threading.Event()

        def write(item: ExportItem, file: Path) -> None:
            if item.path.stem == "2":
                cancel.set()

        items = [ExportItem(Path(f"/in/{i}.jpg")) for i in range(500)]
        target = naming(tmp_path / "out")
        result = export_batch(items, target, write, jobs=2, progress=Progress(cancel=cancel))
        assert result.cancelled
        assert 0 < len(result.written) < 10

    def test_a_cancelled_photo_leaves_no_file(self, tmp_path: Path) -> None:
        source = write_scene(tmp_path / "a.jpg")
        cancel = threading.Event()
        cancel.set()
        result = export_batch(
            [ExportItem(source, IDENTITY)],
            naming(tmp_path / "out"),
            lambda item, file: export_photo(
                item.path, IDENTITY, file, ExportOptions(), cancel=cancel
            ),
            progress=Progress(cancel=cancel),
        )
        assert (result.cancelled, result.written, result.errors) == (True, (), ())
        assert not list((tmp_path / "out").iterdir())

    def test_a_full_disk_ends_it_and_is_told_once(self, tmp_path: Path) -> None:
        def write(item: ExportItem, file: Path) -> None:
            if int(item.path.stem) >= 2:
                full = OSError(errno.ENOSPC, "No space left on device")
                raise cannot_write(file, full) from full

        items = [ExportItem(Path(f"/in/{i}.jpg")) for i in range(100)]
        result = export_batch(items, naming(tmp_path / "out"), write, jobs=1)
        assert len(result.written) == 2
        assert len(result.errors) <= 4
        assert "the disk is full" in result.errors[0]
        assert "more photos were not tried" in result.errors[-1]
        assert not result.cancelled

    def test_a_folder_that_cannot_be_written_is_found_before_any_work(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done: list[Path] = []
        for folder in (tmp_path / "file", tmp_path / "file" / "below"):
            with pytest.raises(CannotWrite, match="file"):
                export_batch(
                    [ExportItem(tmp_path / "a.jpg")],
                    Naming(folder, ".jpg"),
                    lambda item, file: done.append(file),
                )
        assert not done

    def test_nothing_to_do_is_done(self, tmp_path: Path) -> None:
        assert export_batch([], naming(tmp_path / "o"), lambda i, f: None) == BatchResult()


class TestPhoto:
    def test_has_the_depth_profile_and_size_asked_for(self, tmp_path: Path) -> None:
        source = write_scene(tmp_path / "a.jpg", exif=exif())
        options = ExportOptions(
            "tiff", depth=16, profile="display-p3", long_side=60, sharpen="standard"
        )
        out = export_photo(source, DevelopSettings(), tmp_path / "new" / "a.tif", options)
        with Image.open(out) as image:
            assert image.size == (60, 40)
            assert image.tag_v2[258] == (16, 16, 16)  # type: ignore[attr-defined]

    def test_large_ones_after_another_are_as_each_alone(self, tmp_path: Path) -> None:
        """A thread uses its memory again; a table is baked beside the decoder."""
        settings, options = DevelopSettings.from_mapping({"contrast": 30}), ExportOptions()
        sizes = [(1400, 1000), (900, 1300)]
        photos = [write_scene(tmp_path / f"{h}.jpg", height=h, width=w) for h, w in sizes]

        def copy(photo: Path, name: str, threads: int) -> bytes:
            out = tmp_path / f"{name}-{photo.stem}.jpg"
            return export_photo(photo, settings, out, options, threads=threads).read_bytes()

        with ThreadPoolExecutor(1) as one:
            after = [one.submit(copy, photo, f"{n}", 2).result() for n in "ab" for photo in photos]
        for number, photo in enumerate(photos):
            with ThreadPoolExecutor(1) as fresh:
                alone = fresh.submit(copy, photo, "alone", 1).result()
            assert after[number] == after[number + 2] == alone

    def test_carries_the_users_stars(self, tmp_path: Path, studio: Studio) -> None:
        source = write_scene(tmp_path / "a.jpg")
        photo, _ = studio.open_photo(source)
        studio.save_marks({photo.id: Marks(stars=4)})
        out = studio.export(source, IDENTITY, tmp_path / "b.jpg")
        with Image.open(out) as image:
            assert image.getexif()[0x4746] == 4

    def test_never_replaces_its_original(self, tmp_path: Path) -> None:
        source = write_scene(tmp_path / "a.jpg")
        before = source.read_bytes()
        with pytest.raises(CannotWrite, match="original"):
            export_photo(source, IDENTITY, source, ExportOptions())
        assert source.read_bytes() == before

    def test_never_replaces_another_photo(self, tmp_path: Path) -> None:
        source, other = write_scene(tmp_path / "a.jpg"), write_scene(tmp_path / "b.jpg", 2)
        before = other.read_bytes()
        with pytest.raises(CannotWrite, match=r"b\.jpg: is there already"):
            export_photo(source, IDENTITY, other, ExportOptions())
        assert other.read_bytes() == before

    def test_replaces_its_own_copy(self, tmp_path: Path) -> None:
        source, out = write_scene(tmp_path / "a.jpg"), tmp_path / "out.jpg"
        export_photo(source, IDENTITY, out, ExportOptions())
        first = out.read_bytes()
        export_photo(source, IDENTITY.with_value("exposure_ev", 1), out, ExportOptions())
        assert out.read_bytes() != first

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        source = write_scene(tmp_path / "a.jpg")
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(CannotWrite, match="file"):
            export_photo(source, IDENTITY, tmp_path / "file" / "b" / "a.jpg", ExportOptions())

    @pytest.mark.parametrize(
        "geometry",
        [Geometry(), Geometry(turns=1, left=0.13, right=0.9), Geometry(angle=3.0, top=0.2)],
    )
    @pytest.mark.parametrize("suffix", ["jpg", "dng"])
    def test_a_small_copy_shows_what_a_large_one_does(
        self, tmp_path: Path, geometry: Geometry, suffix: str
    ) -> None:
        # Its photo is decoded at half of its sides: odd ones, whose halves are no whole pixels.
        path = tmp_path / f"a.{suffix}"
        soft = scene(3, 90, 122)
        if suffix == "dng":
            write_dng(path, np.asarray(Image.fromarray(soft).resize((732, 540))))
        else:
            Image.fromarray(soft).resize((731, 541)).save(path, quality=95, exif=exif())
        settings = IDENTITY.with_value("exposure_ev", 0.5).with_value("contrast", 30)
        found = []
        for name, kind in (("a.jpg", "jpeg"), ("b.png", "png")):  # of which one has no loss
            options = ExportOptions(kind, 97, long_side=80)
            export_photo(path, settings, tmp_path / "out" / name, options, geometry=geometry)
            found.append(np.asarray(Image.open(tmp_path / "out" / name)).astype(int))
        small, whole = found
        assert max(small.shape) == 80
        assert small.shape == whole.shape
        assert np.abs(small - whole).mean() < 2.5  # most of it the JPEG's own
