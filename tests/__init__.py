"""Numbers are worked out as in the program, which limits numpy's threads before it is imported."""

import model_core

__all__ = ["model_core"]
