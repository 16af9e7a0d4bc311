"""Several processes, and processes that are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from model_core.domain.errors import Busy
from model_core.storage.catalog import DEFAULT_STYLE, JOURNAL_NAME, Catalog
from model_core.storage.journal import Journal
from model_core.storage.model_store import ModelStore
from tests.core.storage.samples import contrasts

Open = Callable[..., Catalog]

TEACH = """
import sys
from pathlib import Path
from model_core.storage.catalog import Catalog
from tests.core.storage.samples import lesson
catalog = Catalog(Path(sys.argv[1]))
first, count = int(sys.argv[2]), int(sys.argv[3])
for i in range(first, first + count):
    stored = catalog.add_lesson(lesson(f"p{i}", contrast=i % 100), b"t" * 20_000)
    print(stored.photo, flush=True)
catalog.close()
"""


def _teach(path: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", TEACH, str(path), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_no_acknowledged_lesson_is_lost_to_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    chance = random.Random(3)
    acknowledged: set[str] = set()
    for round_ in range(20):
        process = _teach(path, round_ * 100_000, 100_000)
        assert process.stdout is not None
        acknowledged.add(process.stdout.readline().strip())
        time.sleep(chance.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        # the pipe holds what was said before the end; a torn last line was not said
        rest = process.stdout.read()
        acknowledged.update(rest[: rest.rfind("\n") + 1].split())
        process.wait()
        process.stdout.close()
    catalog = Catalog(path)
    found = contrasts(catalog.lessons(DEFAULT_STYLE))
    catalog.close()
    assert acknowledged <= set(found)
    assert all(value == int(name[1:]) % 100 for name, value in found.items())
    assert catalog.warnings == []
    replay = Journal(path.with_name(JOURNAL_NAME)).replay()
    assert acknowledged <= {one.photo for one in replay.lessons.values()}


@pytest.mark.slow
def test_two_processes_teach_at_once(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    processes = [_teach(path, first, 60) for first in (0, 1000)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    catalog = Catalog(path)
    wanted = {f"p{first + i}" for first in (0, 1000) for i in range(60)}
    assert set(contrasts(catalog.lessons(DEFAULT_STYLE))) == wanted
    catalog.close()
    replay = Journal(path.with_name(JOURNAL_NAME)).replay()
    assert {one.photo for one in replay.lessons.values()} == wanted
    assert replay.unreadable == 0


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    code = """
import resource, sys
from pathlib import Path
from model_core.domain.errors import CannotWrite
from model_core.storage.catalog import Catalog
from tests.core.storage.samples import lesson
catalog = Catalog(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
for i in range(100):
    try:
        print(catalog.add_lesson(lesson(f"p{i}"), b"t" * 20_000).photo, flush=True)
    except CannotWrite as error:
        print(error, file=sys.stderr)
        sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert str(path) in done.stderr
    catalog = Catalog(path)
    assert set(contrasts(catalog.lessons(DEFAULT_STYLE))) == set(done.stdout.split())
    assert catalog.count_lessons(DEFAULT_STYLE) > 3
    assert catalog.warnings == []
    catalog.close()


HOLD = """
import sys, time
from pathlib import Path
from model_core.storage.model_store import ModelStore
with ModelStore(Path(sys.argv[1])).lock("Weddings"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_style_is_trained_by_one_process_and_freed_by_its_death(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(Busy, match=rf"pid {process.pid}\b"), store.lock("Weddings"):
        pass
    with store.lock("Another style"):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with store.lock("Weddings"), store.lock("Weddings"):
        pass
