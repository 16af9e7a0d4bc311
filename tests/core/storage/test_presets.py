"""Presets: kept, applied in part, and taken over from Camera Raw."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.develop import IDENTITY, PARAMS, DevelopSettings
from model_core.domain.errors import CannotWrite
from model_core.storage.presets import Preset, PresetRefused, PresetStore
from model_core.xmp import UnreadableXmp

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore(tmp_path / "presets")


def xmp(tmp_path: Path, attributes: str, elements: str = "") -> Path:
    file = tmp_path / "Look.xmp"
    file.write_text(f"{HEAD}{attributes}>{elements}{TAIL}")
    return file


def test_presets_are_kept_replaced_and_deleted(store: PresetStore) -> None:
    assert store.all() == []
    for name in ("Zoo", "a / b", "a : b"):
        store.save(Preset(name, {"contrast": 10.0}))
    store.save(Preset("Zoo", {"exposure_ev": 0.5}))
    assert [preset.name for preset in store.all()] == ["a / b", "a : b", "Zoo"]
    assert store.all()[2].values == {"exposure_ev": 0.5}
    store.delete("Zoo")
    store.delete("Zoo")
    assert len(store.all()) == 2


@given(st.floats(0, 2), st.floats(-100, 100))
def test_strength_goes_from_nothing_to_beyond_and_spares_the_rest(
    strength: float, contrast: float
) -> None:
    before = DevelopSettings.from_mapping({"contrast": 10.0, "tint": 7.0})
    after = Preset("p", {"contrast": contrast}).applied(before, strength)
    spec = next(p for p in PARAMS if p.name == "contrast")
    assert after["contrast"] == pytest.approx(spec.clamp(10 + strength * (contrast - 10)))
    assert after["tint"] == 7.0


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"schema": 9, "name": "x", "values": {}}',
    '{"schema": 1, "name": "x", "values": {"warp": 3}}',
    '{"schema": 1, "name": "x", "values": {"tint": "NaN"}}'])  # fmt: skip
def test_damaged_files_are_passed_over(store: PresetStore, content: str) -> None:
    store.save(Preset("good", {"tint": 1.0}))
    (store.folder / "bad.json").write_text(content)
    assert [preset.name for preset in store.all()] == ["good"]


@pytest.mark.parametrize("preset", [Preset(" ", {"tint": 1.0}), Preset("x", {}),
    Preset("a\nb", {"tint": 1.0}), Preset("x" * 101, {"tint": 1.0})])  # fmt: skip
def test_presets_without_name_or_values_are_refused(store: PresetStore, preset: Preset) -> None:
    with pytest.raises(PresetRefused):
        store.save(preset)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("a file")
    with pytest.raises(CannotWrite, match="presets"):
        PresetStore(tmp_path / "presets").save(Preset("x", {"tint": 1.0}))


def test_camera_raw_presets_come_over_and_say_what_does_not(
    store: PresetStore, tmp_path: Path
) -> None:
    file = xmp(
        tmp_path,
        'crs:ProcessVersion="11.0" crs:Exposure2012="+0.50" crs:Clarity2012="+20" '
        'crs:Texture="0" crs:Temperature="5600" crs:SharpenRadius="+1.0" crs:Contrast2012="-200"',
        '<crs:Name><rdf:Alt><rdf:li xml:lang="x-default">Warm Film</rdf:li></rdf:Alt></crs:Name>'
        "<crs:Vibrance>+12</crs:Vibrance>"
        "<crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq>"
        "</crs:ToneCurvePV2012>"
        '<crs:Look><rdf:Description crs:Shadows2012="+99"/></crs:Look>',
    )
    found = store.import_xmp(file)
    assert found.preset.name == "Warm Film"
    assert found.preset.values == {"exposure_ev": 0.5, "vibrance": 12.0}
    assert set(found.left_out) == {"Clarity2012", "Temperature", "Look", "Contrast2012"}
    assert store.all() == [found.preset]
    assert found.preset.applied(IDENTITY)["shadows"] == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("no xml", "not readable"),
        ("<a/>", "no Camera Raw settings"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "not readable"),
        (f'{HEAD}crs:AlreadyApplied="True" crs:Exposure2012="1">{TAIL}', "part of the pixels"),
        (f'{HEAD}crs:Clarity2012="20">{TAIL}', "Clarity2012"),
    ],
)
def test_other_files_are_refused_with_a_reason(
    store: PresetStore, tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "x.xmp"
    file.write_text(content)
    with pytest.raises((PresetRefused, UnreadableXmp), match=reason):
        store.import_xmp(file)
    assert store.all() == []
