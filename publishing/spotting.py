"""Finding in a text what looks like it leads to a person; for whoever edits it, who has to decide.

Names it cannot find.
"""

import re
import unicodedata

_BETWEEN = r"[ \-]?"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS = (
    # A mobile phone.
    re.compile(rf"(?<!\d)1[3-9]\d{_BETWEEN}\d{{4}}{_BETWEEN}\d{{4}}(?!\d)", re.ASCII),
    # A telephone with its area code.
    re.compile(r"(?<!\d)0\d{2,3}[ \-]\d{7,8}(?!\d)", re.ASCII),
    # An identity card.
    re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])", re.ASCII),
    # A car's plate: a province, a letter, and five or six signs.
    re.compile(rf"[{_PROVINCES}][A-HJ-Z][ ·•]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
    # An address of mail.
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
)


def personal_looking(text: str) -> list[str]:
    """Return the parts of a text that look like a phone, an identity card, a plate or a mail address, in order."""
    narrow = unicodedata.normalize("NFKC", text)
    found = {(each.start(), each.group()) for pattern in _PATTERNS for each in pattern.finditer(narrow)}
    return [part for _start, part in sorted(found)]
