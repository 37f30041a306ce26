"""The rows of what funds and awards refuse."""

from flask_babel import lazy_gettext as _l

import awards
from web.problems.refusals import REFUSALS
from web.problems.row import Row, unknown, wrong_field

_LINE_FAULTS = {
    awards.LineFault.RESIDENT_UNKNOWN: ("resident_id", _l("There is no such resident.")),
    awards.LineFault.ACCOUNT_CLOSED: ("resident_id", _l("This resident's account is closed.")),
    awards.LineFault.AMOUNT_OUT_OF_RANGE: ("amount", _l("An amount is a whole number of minor units, at least 1.")),
}


def _bad_lines(error: awards.BatchLinesError) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return the faults by line and field, as those that the schema finds are told."""
    faults: dict[str, dict[str, list[str]]] = {}
    for line in error.lines:
        field, words = _LINE_FAULTS[line.fault]
        faults.setdefault(str(line.index), {}).setdefault(field, []).append(str(words))
    return {"items": faults}


AWARDS_ROWS: dict[type[Exception], Row] = {
    awards.FundUnknownError: unknown("fund_unknown", _l("There is no such fund")),
    awards.FundExistsError: Row(409, "fund_exists", _l("There is a fund with this code"), _l("Take another code.")),
    awards.FundCodeError: wrong_field(
        "code", _l("A fund's code is 1 to 32 of a-z, 0-9, hyphen and underscore, beginning with a letter or digit.")
    ),
    awards.ExpiryRuleError: wrong_field(
        "expiry_rule",
        _l("A rule is end_of_next_year, months:N from 1 to 120, on:YYYY-MM-DD not in the past, or never."),
    ),
    awards.FundEndedError: Row(
        409,
        "fund_ended",
        _l("Nothing is awarded after the fund's last day"),
        _l("All credits of this fund end on %(ended_on)s. Choose another fund."),
        facts=("ended_on",),
    ),
    awards.FundExhaustedError: Row(
        409,
        "fund_exhausted",
        REFUSALS["fund_exhausted"].title,
        REFUSALS["fund_exhausted"].detail,
        facts=("available",),
    ),
    awards.SameFundError: wrong_field("to", _l("Money cannot be moved from a fund to itself.")),
    awards.AmountOutOfRangeError: wrong_field("amount", _l("An amount lies between 1 and %(maximum)s minor units.")),
    awards.MovementUnknownError: unknown("movement_unknown", _l("There is no such movement of money")),
    awards.AwardUnknownError: unknown("award_unknown", _l("There is no such award")),
    awards.AwardBatchUnknownError: unknown("batch_unknown", _l("There is no such list of awards")),
    awards.BatchSizeError: wrong_field("items", _l("A list has 1 to %(maximum)s lines.")),
    awards.BatchLinesError: Row(
        422,
        "invalid_fields",
        _l("Some lines are not right"),
        _l("Nothing was awarded. Correct the lines that are named (the first is line 0) and send the list again."),
        errors_of=_bad_lines,
    ),
    awards.ClawBackUnknownError: unknown("claw_back_unknown", _l("There is no such claw-back")),
    awards.AlreadyClawedBackError: Row(
        409,
        "already_clawed_back",
        _l("Taken back already"),
        _l("What was left of this award has gone back to its fund. That happens once."),
        facts=("claw_back_id",),
    ),
    awards.NothingToClawBackError: Row(
        409,
        "nothing_to_claw_back",
        _l("Nothing is left of this award"),
        _l("What is spent stays spent."),
    ),
    awards.TariffUnknownError: unknown("tariff_unknown", _l("There is no such tariff")),
    awards.AcceptancePercentError: wrong_field("on_acceptance_percent", _l("This must be a percentage from 0 to 100.")),
    awards.TariffTooEarlyError: wrong_field("from", _l("This day is over. It begins on %(earliest)s at the earliest.")),
}
