"""What spans the catalog and the model store, so that a crash between them costs nothing.

The catalog goes first and notes, in the same transaction, what the store still has to do; the
next start does it. A version says itself what it was trained on, so that the catalog can be
told again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from model_core.domain.errors import BrokenModel, Busy, CannotWrite
from model_core.domain.version import ModelVersion
from model_core.storage.catalog import Catalog
from model_core.storage.manifest import TRAINING
from model_core.storage.model_store import ModelStore
from model_core.storage.tables import Training


def recover(catalog: Catalog, models: ModelStore) -> None:
    """At the start: finishes what a killed process left half done. Raises CannotWrite."""
    models.clean()
    for name, to in catalog.unfinished_renames():
        try:
            models.rename_style(name, to)
            catalog.finish_rename(name, to, after_crash=True)
        except Busy:
            pass  # another window is at it
        except CannotWrite as error:
            catalog.warn(f"The versions of the style {to!r} are not with it yet. {error}")
    for style in catalog.styles():
        _adopt_trainings(catalog, models, style)


def rename_style(catalog: Catalog, models: ModelStore, name: str, to: str) -> None:
    """Renames a style with all it holds. Raises UnknownStyle, StyleRefused, Busy (before
    anything is changed), CannotWrite."""
    with models.lock(name), models.lock(to):
        if to not in catalog.styles():
            models.delete_style(to)  # nobody's: left behind by a style that was deleted
        catalog.rename_style(name, to)
        models.rename_style(name, to)
        catalog.finish_rename(name, to)


def write_training(folder: Path, training: Training) -> None:
    """Puts what a version was trained on into its folder, before it is published."""
    facts = asdict(replace(training, gate=None))  # the gate is in the manifest
    (folder / TRAINING).write_text(json.dumps(facts) + "\n", encoding="utf-8")


def _adopt_trainings(catalog: Catalog, models: ModelStore, style: str) -> None:
    """Records trainings that published and were killed before they could say so, or whose
    record was lost with the catalog."""
    recorded = {one.version for one in catalog.trainings(style)}
    told = [
        (version, training)
        for version in models.versions(style)
        if version.id not in recorded
        and TRAINING in version.files
        and (training := _told_by(models.path(version, TRAINING), version)) is not None
    ]
    if not told:
        return
    with suppress(Busy), models.lock(style):  # held: it has been published this very moment
        for version, training in told:
            # A catalog that was lost has forgotten too what was rolled back.
            if not catalog.warnings and models.points_at(style) == version.parent:
                models.set_current(style, version.id)
            catalog.add_training(training)


def _told_by(file: Path, version: ModelVersion) -> Training | None:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        return Training(
            style=version.style,
            version=version.id,
            started_at=str(facts["started_at"]),
            seconds=float(facts["seconds"]),
            method=version.method,
            outcome=version.gate.reason,
            gate=version.gate,
            lessons=tuple(int(one) for one in facts["lessons"]),
        )
    except (OSError, ValueError, KeyError, TypeError, BrokenModel):
        return None
