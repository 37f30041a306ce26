"""Names and short texts: what is kept, what is refused, what strangers see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people import TextFault, TextRefusedError, clean_text, masked_name


def cleaned(text: str, length_max: int = 100) -> str:
    return clean_text(text, field="name", length_max=length_max)


@pytest.mark.parametrize("name", ["张三", "阿依古丽·买买提", "Zoë", "محمد", "👨‍👩‍👧 一家", "𠮷田", "O'Neil-Smith"])
def test_names_of_all_scripts_are_kept_as_they_are(name: str) -> None:
    assert cleaned(name) == name


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"])
def test_marks_of_direction_are_kept_as_uyghur_texts_have_them(mark: str) -> None:
    assert cleaned(f"ئۈچ قېتىم چارلىدى{mark} (3)") == f"ئۈچ قېتىم چارلىدى{mark} (3)"


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_text_after_it_round_is_refused(control: str) -> None:
    with pytest.raises(TextRefusedError):
        cleaned(f"张{control}三")


def test_a_text_is_kept_in_composed_form_without_blanks_at_its_ends() -> None:
    assert cleaned("  Zoe\u0308 \u3000") == "Zoë"


@pytest.mark.parametrize(
    "character",
    ["\x00", "\n", "\t", "\x7f", "\x85", "\u2028", "\u200b", "\ufeff", "\xad", "\ud800"],
)
def test_characters_that_hide_or_break_a_text_are_refused(character: str) -> None:
    with pytest.raises(TextRefusedError) as refused:
        cleaned(f"张{character}三")
    assert refused.value.fault is TextFault.FORBIDDEN_CHARACTER


@pytest.mark.parametrize("nothing", ["", "   ", "\u3000", "\u200d", "\u200f"])
def test_a_text_that_shows_nothing_is_refused(nothing: str) -> None:
    with pytest.raises(TextRefusedError) as refused:
        cleaned(nothing)
    assert refused.value.fault is TextFault.EMPTY


@pytest.mark.parametrize("length", [101, 1_000_000])
def test_a_text_over_its_length_is_refused(length: int) -> None:
    with pytest.raises(TextRefusedError) as refused:
        cleaned("张" * length)
    assert (refused.value.fault, refused.value.length_max) == (TextFault.TOO_LONG, 100)


def test_a_text_of_just_its_length_is_kept() -> None:
    assert cleaned("😀" * 100) == "😀" * 100


def outcome(text: str) -> str:
    try:
        return cleaned(text, length_max=20)
    except TextRefusedError as error:
        return str(error)


@given(st.text())
def test_a_refusal_never_repeats_the_text_and_what_is_kept_can_be_stored(text: str) -> None:
    kept = outcome(text)
    if kept not in {f"name: {fault}" for fault in TextFault}:
        assert 0 < len(kept) <= 20
        assert kept.encode().decode() == kept == outcome(kept)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张", "张*"), ("李小明", "李*明"), ("欧阳小明", "欧**明"), ("Maria Gonzales", "M***s")],
)
def test_a_masked_name_shows_no_more_than_its_ends(name: str, masked: str) -> None:
    assert masked_name(name) == masked
