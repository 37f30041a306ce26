"""The rows of what the seals of the books refuse."""

from flask_babel import lazy_gettext as _l

import seals
from web.problems.row import Row, misconfigured, unknown

SEALS_ROWS: dict[type[Exception], Row] = {
    seals.HeadUnknownError: unknown("head_unknown", _l("There is no such head")),
    seals.HeadsOrderError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("A proof leads from an older head to a newer one: from is at most to."),
        field="from",
    ),
    seals.SealKeysError: misconfigured(_l("The keys of the seals cannot be used")),
    seals.OtherSaltsError: misconfigured(_l("The books were sealed with other salts")),
}
