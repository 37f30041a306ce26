"""The rows of what ratings, call-backs and digests refuse."""

from flask_babel import lazy_gettext as _l

import listening
from web.problems.row import Row, unknown, wrong_field

LISTENING_ROWS: dict[type[Exception], Row] = {
    listening.StarsError: wrong_field("stars", _l("A rating has 1 to 5 stars.")),
    listening.RatingOverError: Row(
        409,
        "rating_closed",
        _l("Too late to rate"),
        _l("It could be rated through %(last_on)s."),
        facts=("last_on",),
    ),
    listening.RatedBeforeError: Row(
        409,
        "rated_already",
        _l("Rated already"),
        _l("Your rating of this result stays as it is. If it is not done, reopen the report."),
        facts=("rating_id",),
    ),
    listening.RatingUnknownError: unknown("rating_unknown", _l("There is no such rating")),
    listening.CallBackUnknownError: unknown("call_back_unknown", _l("There is no such call-back")),
    listening.CallBackOverError: Row(
        409,
        "call_back_over",
        _l("This call-back is over"),
        _l("Somebody called meanwhile, or the report was reopened."),
    ),
    listening.AnswerError: wrong_field(
        "resolved",
        _l("Say of whoever was reached whether it is resolved and whether they are satisfied; else neither."),
    ),
    listening.DigestUnknownError: unknown("digest_unknown", _l("There is no such digest")),
}
