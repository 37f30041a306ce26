"""The rows of what is refused about payments that are held back until somebody has looked."""

from flask_babel import lazy_gettext as _l

import suspicions
from web.problems.row import Row, unknown


def _value_at_fault(error: suspicions.SuspicionRulesError) -> dict[str, list[str]]:
    least, most = suspicions.BOUNDS[error.name]
    words = _l(
        "A whole number from %(least)s to %(most)s; a rule is set with all of its values, or with none.",
        least=least,
        most=most,
    )
    return {error.name: [str(words)]}


SUSPICIONS_ROWS: dict[type[Exception], Row] = {
    suspicions.SuspicionUnknownError: unknown("suspicion_unknown", _l("There is no such payment to be looked at")),
    suspicions.SuspicionRulesUnknownError: unknown("suspicion_rules_unknown", _l("There are no such rules")),
    suspicions.SuspicionRulesError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("A rule is set with all of its values, or with none."),
        errors_of=_value_at_fault,
    ),
    suspicions.SuspicionDecidedError: Row(
        409,
        "suspicion_decided",
        _l("This is decided already"),
        _l("Somebody else was quicker. Look what they decided, and why."),
    ),
    suspicions.NotUpheldError: Row(
        409,
        "suspicion_not_upheld",
        _l("There is nothing to appeal against"),
        _l("Nobody has decided that this payment stays out. It is still looked at, or comes with the next settlement."),
    ),
    suspicions.HeldAppealedError: Row(
        409,
        "suspicion_appealed",
        _l("There was an appeal already"),
        _l("A shop appeals once about a payment. Another person of the office decides."),
    ),
    suspicions.HeldNotAppealedError: Row(
        409,
        "suspicion_not_appealed",
        _l("The shop has not appealed"),
        _l("There is no appeal to decide about."),
    ),
}
