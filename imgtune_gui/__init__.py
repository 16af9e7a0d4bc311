"""The window, in PySide6. Sees services, progress and domain of model_core only."""
