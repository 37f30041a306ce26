"""Reading forms: what was typed, what is wrong about it, and the key that keeps a form from acting twice."""

import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import AwardError
from cards import PaperError
from earnings import EarningError
from holds import HoldError
from ledger import Call, LedgerError, recall_call
from listening import ListeningError
from merchants import MerchantError
from notices import NoticeError
from oversight import OversightError
from payments import PaymentError
from people import PeopleError, Principal, clean_text
from photos import PhotoError
from publishing import PublishingError
from receivables import ReceivableError
from reports import ReportError
from responsibilities import ResponsibilityError
from safeguards import SafeguardError
from settlements import SettlementError
from suspicions import SuspicionError
from tills import TillError
from web.auth import principal
from web.problems import Problem, ProblemError, problem_of
from web.problems.requests import CSRF_FAILED
from web.unit_of_work import in_transaction
from webhooks import WebhookError

T = TypeVar("T")

KEY_FIELD = "idempotency_key"
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
# A comma stands before three digits or nowhere: read as nothing in 12,50 it would book a hundred times as much.
_YUAN = re.compile(r"(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9](?:,[0-9]{3}){3})(?:\.[0-9]{1,2})?")
# Whoever tells what they saw goes to a new line now and then, and could not see what is refused about that.
_LINE_BREAKS = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")
# Between the digits of amounts people write blanks, around them the sign or the word for yuan.
_IN_AMOUNTS = re.compile(r"[\s¥元]")
_REFUSALS = (
    *(
        LedgerError,
        PeopleError,
        AwardError,
        EarningError,
        MerchantError,
        PaymentError,
        SafeguardError,
        PhotoError,
        ReceivableError,
        ReportError,
        ResponsibilityError,
    ),
    *(HoldError, ListeningError, NoticeError, OversightError, PaperError, PublishingError, SettlementError),
    SuspicionError,
    TillError,
    WebhookError,
)


class Form:
    """What one request typed into a form; faults and a refusal gather here, to be shown beside what was typed."""

    def __init__(self, values: Mapping[str, str] | None = None, *, idempotency_key: str | None = None) -> None:
        self.values = dict(values or {})
        self.errors: dict[str, str] = {}
        self.refusal: Problem | None = None
        self.status = 200
        self.idempotency_key = idempotency_key or fresh_key()

    @classmethod
    def posted(cls, *names: str) -> "Form":
        """Return the present request's form: the named fields as typed, empty where they are missing."""
        return cls({name: request.form.get(name, "") for name in names})

    @classmethod
    def posted_once(cls, *names: str) -> "Form":
        """Return the present request's form, which carries an idempotency key.

        Raises:
            ProblemError: it has none, so it is no form that we gave out.
        """
        form = cls.posted(*names)
        form.idempotency_key = request.form.get(KEY_FIELD, "")
        if not _KEY.fullmatch(form.idempotency_key):
            raise ProblemError(CSRF_FAILED)
        return form

    @property
    def context(self) -> dict[str, Any]:
        """Return what a template with this form needs."""
        return {
            "values": self.values,
            "errors": self.errors,
            "refusal": self.refusal,
            "idempotency_key": self.idempotency_key,
        }

    @property
    def is_right(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.errors and self.refusal is None

    def wrong(self, field: str, sentence: str) -> None:
        """Note what is wrong about a field; the first fault found stays."""
        self.errors.setdefault(field, sentence)
        self.status = 422

    def text(self, field: str) -> str:
        """Return a field without blanks at its ends; empty is wrong."""
        text = self.values.get(field, "").strip()
        if not text:
            self.wrong(field, _("Fill this in."))
        return text

    def prose(self, field: str, *, length_max: int) -> str:
        """Return what was typed into a field of several lines, as the one line that is kept; a fault is noted."""
        typed = self.text(field)
        one_line = _LINE_BREAKS.sub(" ", typed)
        return self.attempt(lambda: clean_text(one_line, field=field, length_max=length_max)) or "" if typed else ""

    def amount(self, field: str = "amount") -> int:
        """Return an amount typed in yuan, in minor units; 0 and a fault where it is none."""
        minor = minor_units(self.values.get(field, ""))
        if minor is None:
            self.wrong(field, _("Type an amount above 0 such as 12.50, with at most two decimals."))
        return minor or 0

    def refuse(self, problem: Problem) -> None:
        """Take a refusal: beside the fields it names, or at the head. What is sent next is another call."""
        fields = {name: _sentence(faults) for name, faults in problem.errors.items() if name in self.values}
        for name, sentence in fields.items():
            self.wrong(name, sentence)
        if not fields:
            self.refusal = problem
            self.idempotency_key = fresh_key()
        self.status = problem.status

    def attempt(self, work: Callable[[], T], fields: Mapping[type[Exception], str] | None = None) -> T | None:
        """Run the work and return what it returned; where a rule refuses, note why and return None.

        `fields` names the field at fault for errors of which only the form knows it, such as an unknown number.
        """
        try:
            return work()
        except _REFUSALS as error:
            problem = problem_of(error)
            field = next((name for kind, name in (fields or {}).items() if isinstance(error, kind)), None)
            if field is None:
                self.refuse(problem)
            else:
                # Where the fault has a field of another name, the detail speaks of it; else the title says it all.
                self.wrong(field, problem.detail if problem.errors else problem.title)
            return None

    def call(self, **asked: Any) -> Call:
        """Return the present request as a call: whose it is, on which route, under which key, and what it asks."""
        return self.call_of(principal(), **asked)

    def call_of(self, by: Principal, **asked: Any) -> Call:
        """Return the present request as a call of somebody, on a route that asks nobody who they are."""
        rule = request.url_rule.rule if request.url_rule is not None else request.path
        named = {**asked, **(request.view_args or {})}
        return Call(owner=by.actor, route=f"POST {rule}", key=self.idempotency_key, asked=named)


def once(call: Call, make: Callable[[Session], UUID]) -> UUID:
    """Make something and return its id, or that of what the same call made before; all in one transaction.

    Raises:
        KeyReusedError: the key stands with other input.
    """

    def work(session: Session) -> UUID:
        return recall_call(session, call) or make(session)

    return in_transaction(work)


def fresh_key() -> str:
    """Return an idempotency key for a form that is about to be shown."""
    return str(uuid.uuid4())


def minor_units(text: str) -> int | None:
    """Return an amount typed in yuan in minor units, None where it is no positive amount of whole cents."""
    if len(text) > 100:
        return None
    # Chinese input methods give full-width digits, and the full stop of sentences for the decimal point.
    plain = _IN_AMOUNTS.sub("", unicodedata.normalize("NFKC", text).replace("。", "."))
    if not _YUAN.fullmatch(plain):
        return None
    whole, _point, cents = plain.partition(".")
    return int(whole.replace(",", "")) * 100 + int(cents.ljust(2, "0")) or None


def _sentence(faults: Any) -> str:
    return str(faults[0] if isinstance(faults, list) else faults)
