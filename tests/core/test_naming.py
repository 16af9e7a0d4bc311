from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.domain.errors import CannotWrite
from model_core.domain.naming import FIELD_NAMES, NameFacts, NameTemplate, safe_stem

TAKEN = datetime(2026, 5, 1, 14, 30, 7)


def named(template: str, path: str = "/trip/Rome/IMG_1.NEF", **facts: object) -> str:
    known = {"style": "warm", "camera": "EOS R5"} | facts
    return NameTemplate(template).stem(NameFacts(Path(path), TAKEN, **known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{name}", "IMG_1"),
        ("{folder} {date}_{time}", "Rome 2026-05-01_143007"),
        ("{year}{month}{day}-{style}", "20260501-warm"),
        ("{camera}_{seq}", "EOS R5_7"),
        ("{seq:03}", "007"),
        ("{seq:4}", "0007"),
        ("{{x}} {name}", "{x} IMG_1"),
        ("写真 {seq:02}", "写真 07"),
    ],
)
def test_fields_are_filled_in(template: str, name: str) -> None:
    assert named(template, number=7) == name


def test_every_field_can_be_used_and_says_whether_it_needs_the_file() -> None:
    for field in FIELD_NAMES:
        assert named(f"a{{{field}}}")
        from_exif = field in ("date", "time", "year", "month", "day", "camera")
        assert NameTemplate(f"a{{{field}}}").needs_exif is from_exif


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("{nme}", "{nme}"),
        ("{}", "{}"),
        ("{name.__class__}", "{name.__class__}"),
        ("{name[0]}", "{name[0]}"),
        ("{name!r}", "{name}"),
        ("{name:10}", "{name:10}"),
        ("{seq:99999}", "{seq:99999}"),
        ("{seq:{seq}}", "{seq:{seq}}"),
        ("{name", "brace"),
        ("a}", "brace"),
        ("a/b", "'/'"),
        ("a:b", "':'"),
        ("a\nb", "names cannot have"),
    ],
)
def test_wrong_templates_are_refused_with_the_reason(template: str, reason: str) -> None:
    with pytest.raises(CannotWrite) as caught:
        NameTemplate(template)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"),
        ("NUL", "_NUL"),
        ("com1.x", "_com1.x"),
        ("console", "console"),
        (" .hidden. ", "hidden"),
        ("...", "photo"),
        ("", "photo"),
    ],
)  # fmt: skip
def test_names_are_made_legal_everywhere(text: str, stem: str) -> None:
    assert safe_stem(text) == stem


@given(st.text(max_size=400))
def test_any_text_becomes_a_legal_name(text: str) -> None:
    stem = safe_stem(text)
    assert stem
    assert len(stem.encode("utf-8", "surrogateescape")) <= 240
    assert not set(stem) & set('<>:"/\\|?*\0\n')
    assert stem[-1] not in " ."
    assert safe_stem(stem) == stem


def test_what_a_photo_says_cannot_leave_the_folder() -> None:
    assert named("{camera}", camera="../../etc/passwd") == "-..-etc-passwd"
