"""Use cases: what the window and the command line call. No Qt; no torch unless training.

:class:`Studio` is the one way in. It is a thin front: the work is done by one class for each
subject (photos, lessons, styles, packs, training, sidecars, exports), which share the catalog,
the model store and the predictors.
"""

from model_core.assets import sample_photos
from model_core.domain.export import BatchResult, ExportItem, ExportOptions, OnCollision
from model_core.domain.naming import NameTemplate
from model_core.finding import Found, without_exports
from model_core.imaging.histogram import histogram
from model_core.imaging.neutral import PATCH_SHARE, Neutral
from model_core.imaging.palette import Palette
from model_core.imaging.screen import Screen, screen_of
from model_core.services.packs import PackWritten
from model_core.services.photos import ANALYSIS_SIDE, MAX_MEGAPIXELS, PREVIEW_SIDE
from model_core.services.splits import Split, SplitSuggestion
from model_core.services.studio import Studio, default_data_dir
from model_core.services.styles import StyleInfo
from model_core.services.training import LESSONS_FOR_TRAINING, LESSONS_THAT_PAY, Readiness
from model_core.sidecar import SidecarEdit
from model_core.storage.catalog import DEFAULT_STYLE, Edit, EditState, Training
from model_core.storage.presets import Preset, PresetStore
from model_core.training import TrainOutcome

__all__ = [
    "ANALYSIS_SIDE",
    "DEFAULT_STYLE",
    "LESSONS_FOR_TRAINING",
    "LESSONS_THAT_PAY",
    "MAX_MEGAPIXELS",
    "PATCH_SHARE",
    "PREVIEW_SIDE",
    "BatchResult",
    "Edit",
    "EditState",
    "ExportItem",
    "ExportOptions",
    "Found",
    "NameTemplate",
    "Neutral",
    "OnCollision",
    "PackWritten",
    "Palette",
    "Preset",
    "PresetStore",
    "Readiness",
    "Screen",
    "SidecarEdit",
    "Split",
    "SplitSuggestion",
    "Studio",
    "StyleInfo",
    "TrainOutcome",
    "Training",
    "default_data_dir",
    "histogram",
    "sample_photos",
    "screen_of",
    "without_exports",
]
