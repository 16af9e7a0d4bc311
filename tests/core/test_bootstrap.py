"""The set-up's decisions, with fakes for pip, the loader and the interpreters. No network."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def load(name: str) -> Any:
    """By path: on sys.path the folder's name would stand for the library `packaging`."""
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


common = load("setup_common")
system = load("setup_system")
venv_setup = load("setup_venv")
bootstrap = load("bootstrap")


class FakePip:
    """Answers in turn what it was given, and remembers what it was asked."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.asked: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> tuple[int, str]:
        self.asked.append(list(arguments))
        return self.answers.pop(0)


def make_venv_folder(folder: Path, made_for: Path | None = None, version: str = "3.11.7") -> Any:
    folder.mkdir(parents=True)
    command = f"/usr/bin/python3 -m venv {made_for or folder}"
    (folder / "pyvenv.cfg").write_text(f"version = {version}\ncommand = {command}\n")
    return venv_setup.Venv(folder)


# --- the interpreter ------------------------------------------------------------------------


def test_a_new_enough_python_is_kept() -> None:
    assert system.choose_python((3, 11), runs=lambda _: pytest.fail("looked further")) is None
    assert system.choose_python((3, 15), runs=lambda _: pytest.fail("looked further")) is None


def test_an_old_python_hands_over_to_the_first_that_really_starts() -> None:
    # A version manager's python3.11 is on PATH but only prints an error.
    chosen = system.choose_python((3, 9), runs=lambda c: c != ["python3.11"], windows=False)
    assert chosen == ["python3.12"]


def test_windows_asks_its_launcher() -> None:
    assert system.choose_python((3, 9), runs=lambda _: True, windows=True) == ["py", "-3.11"]


def test_no_python_is_said_with_both_versions() -> None:
    with pytest.raises(common.SetupError, match=r"3\.11 or newer.*Python 3\.9"):
        system.choose_python((3, 9), runs=lambda _: False)


def test_a_command_that_does_not_exist_is_not_new_enough() -> None:
    assert not system.new_enough(["imgtune-has-no-such-program"])
    assert system.new_enough([sys.executable])


@pytest.mark.parametrize("name", ["bootstrap", "setup_common", "setup_system", "setup_venv"])
def test_an_old_python_can_read_the_set_up(name: str) -> None:
    import ast

    source = (PACKAGING / f"{name}.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" in source


# --- system packages ------------------------------------------------------------------------


def test_missing_names_the_packages_of_what_does_not_load() -> None:
    lacking = system.missing(system.OFFSCREEN, is_there=lambda name: "EGL" not in name)
    assert lacking == ["libegl1"]


def test_proofs_are_libraries_programs_and_modules() -> None:
    assert system.is_there("module json")
    assert not system.is_there("module imgtune_has_no_such_module")
    assert not system.is_there("libimgtune-has-no-such.so.1")
    assert not system.is_there("imgtune-has-no-such-program")


def test_a_screen_is_wanted_for_tests_but_only_a_window_must_have_it() -> None:
    wanted, must = system.system_packages("", tests=True, new_venv=True, version=(3, 12))
    assert {"xvfb", "libxcb-cursor0", "libegl1", "python3.12-venv"} <= wanted.keys()
    assert must == {*system.OFFSCREEN, "python3.12-venv"}
    wanted, must = system.system_packages("x11", tests=False, new_venv=False)
    assert must == wanted.keys() == {*system.OFFSCREEN, *system.X11}


def test_apt_line_is_one_line_to_type() -> None:
    line = system.apt_line(["libegl1", "xvfb"], root=False)
    assert line == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 xvfb"
    )
    assert "sudo" not in system.apt_line(["xvfb"], root=True)


def test_without_apt_the_libraries_are_named() -> None:
    said = system.remedy(["libegl1"], system.OFFSCREEN, apt=False)
    assert "libEGL.so.1" in said
    assert "apt-get" not in said


@pytest.fixture
def no_installer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "apt_prefix", lambda: None)
    monkeypatch.setattr(system, "missing", lambda wanted: [p for p in wanted if p == "xvfb"])


@pytest.mark.usefixtures("no_installer")
def test_what_offscreen_does_without_is_only_said(capsys: pytest.CaptureFixture[str]) -> None:
    system.provide({**system.OFFSCREEN, **system.VIRTUAL_SCREEN}, must=system.OFFSCREEN)
    assert "xvfb" in capsys.readouterr().out


@pytest.mark.usefixtures("no_installer")
def test_what_must_be_there_stops_the_set_up() -> None:
    with pytest.raises(common.SetupError, match="xvfb"):
        system.provide(system.VIRTUAL_SCREEN, must=system.VIRTUAL_SCREEN)


def test_what_is_missing_is_installed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    absent, installed = {"libegl1"}, []

    def apt_install(packages: list[str], prefix: list[str]) -> None:
        installed.append((packages, prefix))
        absent.clear()

    monkeypatch.setattr(system, "missing", lambda wanted: [p for p in wanted if p in absent])
    monkeypatch.setattr(system, "apt_prefix", list)
    monkeypatch.setattr(system, "apt_install", apt_install)
    system.provide(system.OFFSCREEN, must=system.OFFSCREEN)
    system.provide(system.OFFSCREEN, must=system.OFFSCREEN)
    assert installed == [(["libegl1"], [])]


@pytest.mark.parametrize(
    ("env", "platform", "screen"),
    [
        ({}, "linux", ""),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": ""}, "linux", ""),
        ({"DISPLAY": ":0"}, "linux", "x11"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", "wayland"),
        ({}, "win32", "native"),
        ({}, "darwin", "native"),
    ],
)
def test_where_a_window_would_appear(env: dict[str, str], platform: str, screen: str) -> None:
    assert system.screen_of(env, platform) == screen


# --- the environment ------------------------------------------------------------------------


def test_a_whole_environment_is_kept(tmp_path: Path) -> None:
    venv = make_venv_folder(tmp_path / ".venv")
    assert venv_setup.why_rebuild(venv, running=lambda _: "3.11") is None


def test_what_is_broken_is_made_anew(tmp_path: Path) -> None:
    def reason(venv: Any, running: str = "3.11") -> str:
        return str(venv_setup.why_rebuild(venv, running=lambda _: running))

    assert reason(venv_setup.Venv(tmp_path / "absent")) == "there is none yet"
    killed = make_venv_folder(tmp_path / "killed")
    killed.unfinished.touch()
    assert "interrupted" in reason(killed)
    (tmp_path / "empty").mkdir()
    assert "incomplete" in reason(venv_setup.Venv(tmp_path / "empty"))
    moved = make_venv_folder(tmp_path / "moved", made_for=tmp_path / "elsewhere" / ".venv")
    assert "another folder" in reason(moved)
    whole = make_venv_folder(tmp_path / "whole")
    assert "does not start" in reason(whole, running="")
    assert "3.11 became 3.13" in reason(whole, running="3.13")


def test_half_deleted_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    venv = make_venv_folder(tmp_path / ".venv")
    monkeypatch.setattr(venv_setup.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        venv_setup.make_venv(venv)
    assert venv_setup.why_rebuild(venv, running=lambda _: "3.11") == "it is incomplete"


def test_an_environment_without_python_does_not_start(tmp_path: Path) -> None:
    assert venv_setup.running_version(make_venv_folder(tmp_path / ".venv")) == ""


@pytest.mark.parametrize(
    ("windows", "python"), [(False, "bin/python"), (True, "Scripts/python.exe")]
)
def test_where_programs_lie(windows: bool, python: str) -> None:
    venv = venv_setup.Venv(Path("x"), windows=windows)
    assert venv.python == Path("x") / python


def test_other_pythons_packages_are_kept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    env = venv_setup.Venv(Path("x")).environment()
    assert "PYTHONPATH" not in env
    assert env["PIP_USER"] == "0"
    assert env["PATH"].startswith(str(Path("x")))


# --- the stamp ------------------------------------------------------------------------------

PYPROJECT = """
[project]
dependencies = ["numpy"]
[tool.ruff]
line-length = 100
"""


def test_only_what_gets_installed_changes_the_hash() -> None:
    before = venv_setup.inputs_hash(PYPROJECT, "numpy==2")
    assert venv_setup.inputs_hash(PYPROJECT.replace("100", "90"), "numpy==2") == before
    assert venv_setup.inputs_hash(PYPROJECT.replace("numpy", "numba"), "numpy==2") != before
    assert venv_setup.inputs_hash(PYPROJECT, "numpy==3") != before


def test_test_extras_serve_run_but_not_the_reverse() -> None:
    stamp = {"inputs": "a", "python": "3.11", "extras": ["test"]}
    assert venv_setup.up_to_date(stamp, "a", "3.11", set())
    assert venv_setup.up_to_date(stamp, "a", "3.11", {"test"})
    assert not venv_setup.up_to_date({**stamp, "extras": []}, "a", "3.11", {"test"})


@pytest.mark.parametrize("stamp", [{}, {"inputs": "b", "python": "3.11"}, {"inputs": "a"}])
def test_another_stamp_is_not_up_to_date(stamp: dict[str, object]) -> None:
    assert not venv_setup.up_to_date(stamp, "a", "3.11", set())


@pytest.mark.parametrize("written", [None, "", "{", "[1]"])
def test_an_unreadable_stamp_counts_as_none(tmp_path: Path, written: str | None) -> None:
    venv = make_venv_folder(tmp_path / ".venv")
    if written is not None:
        venv.stamp.write_text(written)
    assert venv_setup.read_stamp(venv) == {}


def test_the_second_fill_asks_pip_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = make_venv_folder(tmp_path / ".venv")
    venv.bin.mkdir()
    venv.program("imgtune").touch()
    pip = FakePip((0, ""), (0, ""))
    monkeypatch.setattr(venv_setup.Venv, "pip", lambda _self, arguments: pip(arguments))
    venv_setup.fill(venv, {"test"})
    venv_setup.fill(venv, {"test"})
    venv_setup.fill(venv, set())
    assert len(pip.asked) == 1
    assert ".[test]" in pip.asked[0]
    venv.program("imgtune").unlink()
    venv_setup.fill(venv, set())
    assert ".[test]" in pip.asked[1], "run forgot what test had brought"


def test_a_killed_install_leaves_its_mark_and_a_failed_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = make_venv_folder(tmp_path / ".venv")

    def killed(_venv: Any, _arguments: Sequence[str]) -> tuple[int, str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(venv_setup.Venv, "pip", killed)
    with pytest.raises(KeyboardInterrupt):
        venv_setup.fill(venv, set())
    assert venv.unfinished.exists()
    monkeypatch.setattr(
        venv_setup.Venv, "pip", lambda _venv, _arguments: (1, "No space left on device")
    )
    with pytest.raises(common.SetupError, match=re.escape(str(venv.log))):
        venv_setup.fill(venv, set())
    assert not venv.unfinished.exists()
    assert not venv.stamp.exists()


# --- pip ------------------------------------------------------------------------------------

OFFLINE = (1, "NewConnectionError: no route\nERROR: No matching distribution found for numpy")
UNFIT = (1, "ERROR: No matching distribution found for torch==2.15.0")


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (OFFLINE[1], "network"),
        (UNFIT[1], "resolver"),
        ("error: metadata-generation-failed", "resolver"),
        ("OSError: [Errno 28] No space left on device", "disk"),
        ("Segmentation fault", "other"),
    ],
)
def test_diagnose(output: str, cause: str) -> None:
    assert venv_setup.diagnose(output) == cause


def test_the_network_gets_one_more_try() -> None:
    pip = FakePip(OFFLINE, (0, ""))
    pauses: list[float] = []
    venv_setup.pip_install(set(), pip, pause=pauses.append)
    assert pip.asked[0] == pip.asked[1]
    assert len(pauses) == 1


def test_offline_says_what_to_do() -> None:
    with pytest.raises(common.SetupError, match="Check the network"):
        venv_setup.pip_install(set(), FakePip(OFFLINE, OFFLINE), pause=lambda _: None)


def test_where_the_tested_versions_do_not_fit_they_are_left_out() -> None:
    pip = FakePip(UNFIT, (0, ""))
    venv_setup.pip_install({"test"}, pip)
    assert "--constraint" in pip.asked[0]
    assert "--constraint" not in pip.asked[1]


def test_nothing_fits_ends_with_pips_last_lines() -> None:
    with pytest.raises(common.SetupError, match=r"torch==2\.15\.0"):
        venv_setup.pip_install(set(), FakePip(UNFIT, UNFIT))


def test_last_lines_are_the_last() -> None:
    said = common.last_lines("\n".join(map(str, range(40)))).splitlines()
    assert len(said) == 15
    assert said[-1].endswith(" 39")


# --- the two commands -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["run"], ("run", [])),
        (["run", "a.jpg", "b.jpg"], ("run", ["a.jpg", "b.jpg"])),
        (["run", "a.jpg", "--", "-b.jpg"], ("run", ["a.jpg", "-b.jpg"])),
        (["test"], ("test", [])),
        (["test", "--", "-k", "look", "--", "x"], ("test", ["-k", "look", "--", "x"])),
    ],
)
def test_parse(argv: list[str], expected: tuple[str, list[str]]) -> None:
    assert bootstrap.parse(argv) == expected


@pytest.mark.parametrize("argv", [[], ["walk"], ["test", "-k", "look"]])
def test_parse_refuses_what_it_does_not_know(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bootstrap.parse(argv)
    assert ended.value.code == 2


def test_photos_are_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jpg").touch()
    assert bootstrap.absolute_photos(["a.jpg"]) == [str(tmp_path / "a.jpg")]
    assert bootstrap.absolute_photos([]) == [str(ROOT / "assets" / "samples")]
    with pytest.raises(common.SetupError, match=r"b\.jpg"):
        bootstrap.absolute_photos(["a.jpg", "b.jpg"])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What `run` would have started, once everything is installed."""
    started: list[list[str]] = []

    def call(command: list[str], env: dict[str, str]) -> int:
        started.append([Path(command[0]).name, *command[1:]])
        return 3

    monkeypatch.setattr(bootstrap, "prepare", lambda venv, extras, screen: None)
    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    monkeypatch.setattr(bootstrap, "screen_of", lambda env: system.screen_of(env, "linux"))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return started


def test_run_without_a_display_makes_the_demo(
    calls: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["run"]) == 3
    assert calls == [["imgtune", "demo", "--out", str(ROOT / "out" / "demo")]]
    assert "no display" in capsys.readouterr().out


def test_run_with_a_display_opens_the_window(
    calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    photo = tmp_path / "a.jpg"
    photo.touch()
    assert bootstrap.main(["run", str(photo)]) == 3
    assert calls == [["imgtune", str(photo)]]


def test_trouble_is_said_and_ends_with_1(
    calls: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["run", "no-such-photo.jpg"]) == 1
    assert calls == []
    assert "no-such-photo.jpg" in capsys.readouterr().out


def test_all_checks_run_whichever_fails() -> None:
    asked = []

    def call(command: Sequence[str]) -> int:
        asked.append(list(command))
        return 1 if command[0] == "ruff" else 0

    results = bootstrap.run_checks(call, ["-k", "look"])
    assert [c[0] for c in asked] == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert asked[-1][-2:] == ["-k", "look"]
    assert [code for _, code, _ in results] == [1, 1, 0, 0, 0]


def test_a_process_ended_by_a_signal_exits_as_in_a_shell() -> None:
    assert [bootstrap.exit_status(code) for code in (0, 2, -11)] == [0, 2, 139]


# --- the other files ------------------------------------------------------------------------


def test_the_folder_never_becomes_the_library_packaging() -> None:
    assert not (PACKAGING / "__init__.py").exists()


def test_every_dependency_has_a_tested_version_that_it_allows() -> None:
    """A new dependency needs a line in packaging/constraints.txt: see `pip freeze`."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (PACKAGING / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    tested = {canonicalize_name(name): version for name, version in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in (project["dependencies"], *project["optional-dependencies"].values()):
        for requirement in map(Requirement, wanted):
            name = canonicalize_name(requirement.name)
            assert name in tested, f"{name} has no line in packaging/constraints.txt"
            assert tested[name] in requirement.specifier


def test_no_folder_of_one_machine_in_the_set_up() -> None:
    for file in PACKAGING.iterdir():
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"/(work|root|home|opt|Users)/", text), file.name


def test_the_bundle_s_recipe_is_python() -> None:
    text = (PACKAGING / "imgtune.spec").read_text(encoding="utf-8")
    compile(text, "imgtune.spec", "exec")
