"""Listening: what reporters say of the work that was done, the rates that follow, and the week of each unit."""

from listening.call_backs import CallBackPage, ToCall, answer_call_back, get_call_back, open_call_backs
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
from listening.model import CallBack, ReportRating, UnitDigest
from listening.rates import SATISFIED_STARS_MIN, UnitRates, unit_rates
from listening.ratings import RATING_DAYS, STARS_MAX, cover_rating, get_rating, rate, ratings_of

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
    "cover_rating",
    "draw_call_backs",
    "get_call_back",
    "get_digest",
    "get_rating",
    "is_in_sample",
    "list_digests",
    "open_call_backs",
    "rate",
    "ratings_of",
    "unit_rates",
    "write_digests",
]
