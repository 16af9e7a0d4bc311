"""The engine: imaging, storage, prediction, learning. No Qt anywhere."""
