"""What stands in for characters where there is no UTF-8."""

import pytest

from bot.ascii import HANDLER, register_stand_ins, wants_ascii


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("▲ 60 · 1 comment ■■", "^ 60 - 1 comment ##"),
        ("“find” – it’s here…", '"find" - it\'s here...'),
        ("✕ org:kaist → Saved ✓", "x org:kaist -> Saved (yes)"),
        ("Schölkopf, Łukasz, Ångström", "Scholkopf, Lukasz, Angstrom"),
        ("北京 🔖", "?? (save)"),
    ],
)
def test_characters_have_stand_ins_in_ascii(text, shown):
    register_stand_ins()
    assert text.encode("ascii", HANDLER).decode() == shown
    assert "Schölkopf…".encode("latin-1", HANDLER).decode("latin-1") == "Schölkopf..."


def test_a_plain_locale_wants_ascii_and_none_does_not():
    assert wants_ascii({"LC_ALL": "C"})
    assert wants_ascii({"LANG": "POSIX"})
    assert not wants_ascii({})
    assert not wants_ascii({"LC_ALL": "C.UTF-8", "LANG": "C"})
    assert not wants_ascii({"LC_ALL": "C", "PYTHONUTF8": "1"})


def test_bytes_that_are_no_text_stay_an_error():
    register_stand_ins()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", HANDLER)
