"""The engine: imaging, storage, prediction, learning. No Qt anywhere."""

import os
from importlib.metadata import PackageNotFoundError, version

# Read by numpy as it is imported, so before that. The matrices here are small, and OpenBLAS's
# threads spin for each other on cores that something else keeps busy: learning one correction
# took 0.5 to 3 s beside a training, 0.08 s with one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    __version__ = version("imgtune")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0.0.0"
