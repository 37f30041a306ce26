"""The rows of what notices refuse."""

from flask_babel import lazy_gettext as _l

import notices
from web.problems.row import Row, unknown

NOTICES_ROWS: dict[type[Exception], Row] = {
    notices.NoticeUnknownError: unknown("notice_unknown", _l("There is no such notice")),
}
