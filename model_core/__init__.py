"""The engine: imaging, storage, prediction, learning. No Qt anywhere."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("imgtune")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0.0.0"
