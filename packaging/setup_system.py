"""What has to come from outside Python's registry: a Python that is new enough, and the system
libraries that Qt loads."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from setup_common import SetupError, last_lines, say, stage

OLDEST = (3, 11)
# The one that the constraints were tested on comes first.
NEWER_PYTHONS = ("3.11", "3.12", "3.13", "3.14")

# Debian package -> what proves that it is there: a library, a program or a module.
OFFSCREEN = {
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libfontconfig1": "libfontconfig.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",  # where it became libglib2.0-0t64, that provides this name
    "libdbus-1-3": "libdbus-1.so.3",
}
X11 = {
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
}
WAYLAND = {
    "libwayland-client0": "libwayland-client.so.0",
    "libwayland-cursor0": "libwayland-cursor.so.0",
    "libwayland-egl1": "libwayland-egl.so.1",
}
SCREENS = {"x11": X11, "wayland": WAYLAND}
VIRTUAL_SCREEN = {**X11, "xvfb": "Xvfb", "xauth": "xauth"}


def succeeds(command: Sequence[str]) -> bool:
    """Whether it starts and exits 0; what it prints is nobody's business."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


# --- the interpreter ------------------------------------------------------------------------


def new_enough(command: Sequence[str]) -> bool:
    return succeeds([*command, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})"])


def choose_python(
    version: tuple[int, int],
    runs: Callable[[Sequence[str]], bool] = new_enough,
    windows: bool = os.name == "nt",
) -> list[str] | None:
    """None when `version` will do, else the command of a newer Python.

    `runs` tries each: version managers put names on PATH that only print an error.
    """
    if version >= OLDEST:
        return None
    for wanted in NEWER_PYTHONS:
        command = ["py", f"-{wanted}"] if windows else [f"python{wanted}"]
        if runs(command):
            return command
    raise SetupError(
        f"imgtune needs Python {OLDEST[0]}.{OLDEST[1]} or newer. This is Python"
        f" {version[0]}.{version[1]}, and none of {', '.join(NEWER_PYTHONS)} is installed beside"
        " it. Debian 12, Ubuntu 24.04 and all that came after have one."
    )


# --- Debian packages ------------------------------------------------------------------------


def is_there(proof: str) -> bool:
    """Whether this library, program or module is to be found here, whoever installed it."""
    if proof.startswith("module "):
        importlib.invalidate_caches()  # apt-get may have brought it a moment ago
        return importlib.util.find_spec(proof.partition(" ")[2]) is not None
    if ".so." not in proof:
        return shutil.which(proof) is not None
    try:
        ctypes.CDLL(proof)
    except OSError:
        return False
    return True


def missing(packages: Mapping[str, str], is_there: Callable[[str], bool] = is_there) -> list[str]:
    return [package for package, proof in packages.items() if not is_there(proof)]


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def apt_line(packages: Sequence[str], root: bool) -> str:
    """The line for a person to type; a container's root often has no sudo."""
    apt = "apt-get" if root else "sudo apt-get"
    return f"{apt} update && {apt} install -y --no-install-recommends {' '.join(packages)}"


def apt_prefix() -> list[str] | None:
    """What to put before apt-get: nothing as root, sudo where it asks for nothing, else None."""
    if not shutil.which("apt-get"):
        return None
    if is_root():
        return []
    return ["sudo", "-n"] if succeeds(["sudo", "-n", "true"]) else None


def apt_install(packages: Sequence[str], prefix: Sequence[str]) -> None:
    """Try; what is still missing afterwards is for the caller to find out."""
    if prefix:
        say("sudo asks for no password here: using it for the next line")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    with stage(f"installing with apt-get: {' '.join(packages)}"):
        # A failed update may still leave lists that are good enough to install from.
        succeeds([*apt, "update"])
        done = subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", *packages],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        say(f"apt-get failed:\n{last_lines(done.stdout.decode(errors='replace'))}")


def remedy(packages: Sequence[str], proofs: Mapping[str, str], apt: bool) -> str:
    if apt:
        return f"Type this line:\n  {apt_line(packages, is_root())}"
    names = ", ".join(proofs[package] for package in packages)
    return f"Install, with your system's package manager, what holds {names}."


def provide(wanted: Mapping[str, str], must: Collection[str]) -> None:
    """Install what is missing where that is allowed, else say the exact line to type.

    Raises SetupError when one of `must` is still missing.
    """
    lacking = missing(wanted)
    prefix = apt_prefix() if lacking else None
    if prefix is not None:
        apt_install(lacking, prefix)
        lacking = missing(wanted)
    if not lacking:
        return
    line = remedy(lacking, wanted, apt=shutil.which("apt-get") is not None)
    if set(lacking) & set(must):
        raise SetupError(f"system packages are missing here. {line}\nThen start again.")
    say(f"going on without system packages that a real or virtual screen needs. {line}")


def screen_of(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Where a window would appear: "native", "x11" or "wayland"; "" where there is no screen.

    Most Wayland desktops offer X11 too, and Qt then falls back to it.
    """
    if platform in ("win32", "darwin"):
        return "native"
    if env.get("DISPLAY"):
        return "x11"
    return "wayland" if env.get("WAYLAND_DISPLAY") else ""


def system_packages(
    screen: str, tests: bool, new_venv: bool, version: tuple[int, int] = sys.version_info[:2]
) -> tuple[dict[str, str], set[str]]:
    """The packages wanted, each with its proof, and those that nothing works without."""
    must = {**OFFSCREEN, **SCREENS.get(screen, {})}
    if new_venv:
        # Debian keeps half of Python's module venv in a package of its own.
        must[f"python{version[0]}.{version[1]}-venv"] = "module ensurepip"
    wanted = {**must, **VIRTUAL_SCREEN} if tests else must
    return wanted, set(must)


def provide_system(screen: str, tests: bool, new_venv: bool) -> None:
    """All in one go, so that there is at most one line to type."""
    if sys.platform.startswith("linux"):  # elsewhere Python and Qt bring all they need
        provide(*system_packages(screen, tests, new_venv))
