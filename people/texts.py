"""Cleaning names and short texts that people type, before they are stored and shown to others."""

import unicodedata

from people.errors import TextFault, TextRefusedError

# Emoji and several scripts are joined by the first two; the others stand for a letter of their direction, as Uyghur and
# Arabic texts need beside figures. All other invisible format characters only deceive: above all those that turn
# round what stands after them, by which one name could pretend to be another.
_JOINERS_AND_MARKS = frozenset("\u200c\u200d\u200e\u200f\u061c")
# Controls, lone surrogates (the database cannot store them) and the separators that break a line.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# A text of nothing but these shows nothing.
_INVISIBLE_CATEGORIES = frozenset({"Cf", "Zs"})


def clean_text(text: str, *, field: str, length_max: int) -> str:
    """Return the text in Unicode's composed form (NFC) without blanks at its ends.

    Raises:
        TextRefusedError: it shows nothing, is longer than `length_max` characters, or holds a control character, a
            lone surrogate, or an invisible character other than a joiner or a mark of direction. The `field` is named,
            the text is not.
    """
    if len(text) > 4 * length_max:
        # Normalising costs time: what cannot become short enough is not worth it.
        raise TextRefusedError(field, TextFault.TOO_LONG, length_max)
    # What may not stand in a text is never printable, and most texts are: then no character needs to be looked at.
    if not text.isprintable() and any(_is_forbidden(character) for character in text):
        raise TextRefusedError(field, TextFault.FORBIDDEN_CHARACTER, length_max)
    cleaned = unicodedata.normalize("NFC", text).strip()
    if all(unicodedata.category(character) in _INVISIBLE_CATEGORIES for character in cleaned):
        raise TextRefusedError(field, TextFault.EMPTY, length_max)
    if len(cleaned) > length_max:
        raise TextRefusedError(field, TextFault.TOO_LONG, length_max)
    return cleaned


def clean_lines(text: str, *, field: str, length_max: int) -> str:
    """Return a text of several lines that another program passes on, as `clean_text` would have it.

    What no text may hold becomes a blank, because nobody is there who could type it again.

    Raises:
        TextRefusedError: it shows nothing, or is longer than `length_max` characters.
    """
    if len(text) > 4 * length_max:
        raise TextRefusedError(field, TextFault.TOO_LONG, length_max)
    lines = ("".join(" " if _is_forbidden(each) else each for each in line) for line in text.splitlines())
    cleaned = unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines)).strip()
    if all(unicodedata.category(each) in _INVISIBLE_CATEGORIES or each == "\n" for each in cleaned):
        raise TextRefusedError(field, TextFault.EMPTY, length_max)
    if len(cleaned) > length_max:
        raise TextRefusedError(field, TextFault.TOO_LONG, length_max)
    return cleaned


def search_text(text: str, *, length_max: int) -> str:
    """Return a text to be searched for, empty if nothing was typed.

    Raises:
        TextRefusedError: it is too long or has forbidden characters.
    """
    try:
        return clean_text(text, field="text", length_max=length_max)
    except TextRefusedError as error:
        if error.fault is TextFault.EMPTY:
            return ""
        raise


def folded(text: str) -> str:
    """Return a name as it is compared: full-width forms narrow (NFKC), lower case, single blanks.

    Whatever was typed, a database can be asked for the result.
    """
    storable = text.replace("\x00", " ").encode("utf-8", "replace").decode()
    return " ".join(unicodedata.normalize("NFKC", storable).casefold().split())


def masked_name(name: str) -> str:
    """Return a name that its bearer recognises and a stranger does not: 张*, 李*明, M***n."""
    if len(name) <= 2:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def _is_forbidden(character: str) -> bool:
    category = unicodedata.category(character)
    if category in _FORBIDDEN_CATEGORIES:
        return True
    return category == "Cf" and character not in _JOINERS_AND_MARKS
