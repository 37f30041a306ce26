"""Listening: what reporters say of the work that was done, the rates that follow, and the week of each unit."""

from listening.call_backs import (
    CallBackPage,
    ToCall,
    answer_call_back,
    answered_call_backs,
    first_to_call,
    get_call_back,
    is_to_make,
    look_at_phone,
    looks_at,
    open_call_backs,
)
from listening.checks import CHECKS
from listening.digests import READERS, DigestPage, Overdue, get_digest, list_digests, write_digests
from listening.drawing import DRAWING_DAYS, SAMPLE_PERCENT, draw_call_backs, is_in_sample
from listening.errors import (
    AnswerError,
    CallBackOverError,
    CallBackUnknownError,
    DigestUnknownError,
    ListeningError,
    RatedBeforeError,
    RatingOverError,
    RatingUnknownError,
    StarsError,
)
from listening.model import CallBack, CallBackLook, ReportRating, UnitDigest
from listening.rates import SATISFIED_STARS_MIN, UnitRates, unit_rates
from listening.ratings import RATING_DAYS, STARS_MAX, get_rating, rate, ratings_of

__all__ = [
    "CHECKS",
    "DRAWING_DAYS",
    "RATING_DAYS",
    "READERS",
    "SAMPLE_PERCENT",
    "SATISFIED_STARS_MIN",
    "STARS_MAX",
    "AnswerError",
    "CallBack",
    "CallBackLook",
    "CallBackOverError",
    "CallBackPage",
    "CallBackUnknownError",
    "DigestPage",
    "DigestUnknownError",
    "ListeningError",
    "Overdue",
    "RatedBeforeError",
    "RatingOverError",
    "RatingUnknownError",
    "ReportRating",
    "StarsError",
    "ToCall",
    "UnitDigest",
    "UnitRates",
    "answer_call_back",
    "answered_call_backs",
    "draw_call_backs",
    "first_to_call",
    "get_call_back",
    "get_digest",
    "get_rating",
    "is_in_sample",
    "is_to_make",
    "list_digests",
    "look_at_phone",
    "looks_at",
    "open_call_backs",
    "rate",
    "ratings_of",
    "unit_rates",
    "write_digests",
]
