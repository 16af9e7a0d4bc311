"""`.venv`: made, repaired, filled by pip, and known to be up to date in an instant."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from setup_common import ROOT, SetupError, last_lines, say, stage
from setup_system import provide_system

CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
DISK_BYTES = 10 * 2**30  # PyTorch with its CUDA libraries: downloaded, kept and unpacked


class Venv:
    """An environment's folder, and the files in it that tell how far its set-up came."""

    def __init__(self, folder: Path = ROOT / ".venv", windows: bool = os.name == "nt") -> None:
        self.folder = folder
        self.bin = folder / ("Scripts" if windows else "bin")
        self.suffix = ".exe" if windows else ""
        self.python = self.program("python")
        self.stamp = folder / "imgtune-stamp.json"
        self.unfinished = folder / "imgtune-unfinished"
        self.log = folder / "imgtune-setup.log"

    def program(self, name: str) -> Path:
        return self.bin / f"{name}{self.suffix}"

    def config(self) -> dict[str, str]:
        """pyvenv.cfg; empty when there is none."""
        try:
            lines = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        except OSError:
            return {}
        pairs = (line.partition("=") for line in lines)
        return {key.strip(): value.strip() for key, _, value in pairs}

    def version(self) -> str:
        """Major and minor version of the Python that it was made with: "3.11"."""
        return ".".join(self.config().get("version", "").split(".")[:2])

    def environment(self) -> dict[str, str]:
        """The caller's, less what would let other Pythons' packages in."""
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
        env["PATH"] = os.pathsep.join([str(self.bin), env.get("PATH", "")])
        env["VIRTUAL_ENV"] = str(self.folder)
        env["PIP_USER"] = "0"
        return env

    def logged(self, command: Sequence[str]) -> tuple[int, str]:
        """Run it with its output in the log; gives its exit status and what it printed."""
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            start = log.tell()
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return done.returncode, self.log.read_bytes()[start:].decode(errors="replace")

    def pip(self, arguments: Sequence[str]) -> tuple[int, str]:
        quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        return self.logged([str(self.python), "-m", "pip", *arguments, *quiet])


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups at once would each take the other's half-made environment for a broken one."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with Path(__file__).open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this folder: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            pass  # some network folders know no locks
        yield


# --- making and repairing -------------------------------------------------------------------


def running_version(venv: Venv) -> str:
    """The version that its Python has now; "" when Python or pip does not start."""
    question = "import pip, sys; print('{}.{}'.format(*sys.version_info))"
    try:
        done = subprocess.run(
            [str(venv.python), "-c", question], capture_output=True, env=venv.environment()
        )
    except OSError:
        return ""
    return done.stdout.decode().strip()


def why_rebuild(venv: Venv, running: Callable[[Venv], str] = running_version) -> str | None:
    """What is wrong with the environment; None when pip can go on with it."""
    if not venv.folder.exists():
        return "there is none yet"
    if venv.unfinished.exists():
        # pip undoes its work after an error but not when killed, and then takes halves for wholes.
        return "its set-up was interrupted"
    made_by = venv.config().get("command")
    if made_by is None:
        return "it is incomplete"
    if not made_by.endswith((f" {venv.folder}", f" {venv.folder.resolve()}")):
        return "it was made for another folder"  # whose path all its scripts hold
    now = running(venv)
    if not now:
        return "its Python or its pip does not start"
    return None if now == venv.version() else f"its Python {venv.version()} became {now}"


def make_venv(venv: Venv) -> None:
    if venv.folder.is_symlink() or venv.folder.is_file():
        venv.folder.unlink()
    elif venv.folder.exists():
        # First what makes it an environment: half deleted, it must not pass for a whole one.
        (venv.folder / "pyvenv.cfg").unlink(missing_ok=True)
        shutil.rmtree(venv.folder)
    venv.folder.mkdir()
    venv.unfinished.touch()
    # When called from inside an environment, make it from the Python that lies under that.
    base = getattr(sys, "_base_executable", None) or sys.executable
    code, output = venv.logged([base, "-m", "venv", str(venv.folder)])
    if code:
        raise SetupError(f"python -m venv failed:\n{last_lines(output)}")


# --- what is installed ----------------------------------------------------------------------


def inputs_hash(pyproject: str, constraints: str) -> str:
    """Hash of what decides what gets installed; a changed lint rule is no reason to install."""
    import tomllib  # from 3.11 on, and this file must be readable by an older Python

    table = tomllib.loads(pyproject)
    packages = table.get("tool", {}).get("setuptools")
    inputs = [table.get("build-system"), table.get("project"), packages, constraints]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def read_stamp(venv: Venv) -> dict[str, object]:
    try:
        stamp = json.loads(venv.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def installed_extras(stamp: Mapping[str, object]) -> set[str]:
    extras = stamp.get("extras")
    return set(extras) if isinstance(extras, list) else set()


def up_to_date(stamp: Mapping[str, object], inputs: str, python: str, extras: set[str]) -> bool:
    same = (stamp.get("inputs"), stamp.get("python")) == (inputs, python)
    return same and extras <= installed_extras(stamp)


# --- installing -----------------------------------------------------------------------------

NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ConnectionResetError",
    "ProtocolError",
    "IncompleteRead",
    "ProxyError",
    "Connection aborted",
)
# The last two: a version without a wheel for this Python, which pip then tried to compile.
RESOLVER_SIGNS = (
    "ResolutionImpossible",
    "No matching distribution found",
    "metadata-generation-failed",
    "Failed building wheel",
)
REMEDIES = {
    "network": "the package registry cannot be reached. Check the network and pip's proxy"
    " settings, then start again.",
    "disk": "the disk is full: PyTorch alone takes about 5 GB, and pip as much in TMPDIR.",
    "resolver": "no set of packages fits this Python and this kind of machine.",
    "other": "pip failed.",
}


def diagnose(output: str) -> str:
    """What stopped pip: a key of REMEDIES."""
    if "No space left on device" in output:
        return "disk"
    # Offline, pip ends by finding no version of anything: look for the network first.
    if any(sign in output for sign in NETWORK_SIGNS):
        return "network"
    return "resolver" if any(sign in output for sign in RESOLVER_SIGNS) else "other"


def pip_install(
    extras: set[str],
    pip: Callable[[Sequence[str]], tuple[int, str]],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Install this checkout; torch and torchvision in one go, so that they match.

    One more try when the network fails; without the tested versions where they do not exist
    for this Python or machine. Raises SetupError.
    """
    what = f".[{','.join(sorted(extras))}]" if extras else "."
    limits, retried = ["--constraint", str(CONSTRAINTS)], False
    while True:
        with stage(f"installing {what} (the first time: some minutes, about 5 GB)"):
            code, output = pip(["install", "--prefer-binary", "--editable", what, *limits])
        if code == 0:
            return
        cause = diagnose(output)
        if cause == "network" and not retried:
            say("the network failed: trying once more")
            retried = True
            pause(5.0)
        elif cause == "resolver" and limits:
            say("the tested versions do not fit here: trying the newest that do")
            limits = []
        else:
            raise SetupError(f"{REMEDIES[cause]} The last lines of pip:\n{last_lines(output)}")


def fill(venv: Venv, extras: set[str]) -> None:
    """Bring the packages to what pyproject.toml asks for, unless the stamp says that they are."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    inputs = inputs_hash(pyproject, CONSTRAINTS.read_text(encoding="utf-8"))
    stamp, python = read_stamp(venv), venv.version()
    if up_to_date(stamp, inputs, python, extras) and venv.program("imgtune").exists():
        return
    extras = extras | installed_extras(stamp)  # what `test` brought, `run` does not forget
    venv.stamp.unlink(missing_ok=True)
    venv.unfinished.touch()
    try:
        pip_install(extras, venv.pip)
    except SetupError as trouble:
        venv.unfinished.unlink()  # pip was not killed: what it had installed is whole
        raise SetupError(f"{trouble}\nAll it said is in {venv.log}") from None
    written = {"inputs": inputs, "python": python, "extras": sorted(extras)}
    venv.stamp.write_text(json.dumps(written), encoding="utf-8")
    venv.unfinished.unlink()


def prepare(venv: Venv, extras: set[str], screen: str) -> None:
    """All that must be there before imgtune, or its tests, can start. Raises SetupError."""
    with one_at_a_time():
        reason = why_rebuild(venv)
        provide_system(screen, tests="test" in extras, new_venv=reason is not None)
        if reason:
            if shutil.disk_usage(ROOT).free < DISK_BYTES:
                say("less than 10 GB are free here: the packages may not fit")
            with stage(f"making .venv ({reason})"):
                make_venv(venv)
        fill(venv, extras)
