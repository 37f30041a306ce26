"""The rows of the domain's errors, by their classes."""

from flask_babel import lazy_gettext as _l

import ledger
import people
from web.problems.refusals import ACCOUNT_FROZEN, INSUFFICIENT_BALANCE, REFUSALS, SAME_PERSON
from web.problems.requests import UNAVAILABLE
from web.problems.row import Row, misconfigured, unknown, wrong_field

_TEXT_FAULTS = {
    people.TextFault.EMPTY: _l("This field is empty."),
    people.TextFault.TOO_LONG: _l("This text is too long."),
    people.TextFault.FORBIDDEN_CHARACTER: _l("This text has characters that cannot be shown."),
}
_PASSWORD_FAULTS = {
    people.PasswordFault.TOO_SHORT: _l("This password is too short. Take 8 characters or more."),
    people.PasswordFault.TOO_LONG: _l("This password is too long. Take at most 128 characters."),
    people.PasswordFault.FORBIDDEN_CHARACTER: _l("This password has characters that cannot be typed again."),
    people.PasswordFault.TOO_COMMON: _l("Everybody tries this password first. Take one that others would not guess."),
    people.PasswordFault.LIKE_LOGIN_NAME: _l("This is like your log-in name. Take one that others would not guess."),
    people.PasswordFault.KNOWN_TO_OTHERS: _l(
        "This is a phone number or a date, which others know. Take one that others would not guess."
    ),
}


def _text_faults(error: people.TextRefusedError) -> dict[str, list[str]]:
    return {error.field: [str(_TEXT_FAULTS[error.fault])]}


def _password_faults(error: people.PasswordRefusedError) -> dict[str, list[str]]:
    return {"password": [str(_PASSWORD_FAULTS[error.fault])]}


LEDGER_ROWS: dict[type[Exception], Row] = {
    ledger.EntryInvalidError: Row(
        422, "entry_invalid", _l("This cannot be booked"), _l("Check the amounts and send it again.")
    ),
    ledger.AccountUnknownError: unknown("account_unknown", _l("There is no such account")),
    ledger.AccountExistsError: Row(409, "account_exists", _l("This account is open already"), _l("Take another code.")),
    ledger.InsufficientBalanceError: INSUFFICIENT_BALANCE,
    ledger.AccountStateError: ACCOUNT_FROZEN,
    ledger.AccountNotEmptyError: Row(
        409,
        "account_not_empty",
        _l("The account is not empty"),
        _l("An account is closed when it holds nothing. Move what it holds first."),
        facts=("balance",),
    ),
    ledger.StateChangeError: Row(
        409,
        "account_state",
        _l("This account stays as it is"),
        _l("A closed account is never opened again, and one without bounds is always open."),
        facts=("state",),
    ),
    ledger.CeilingExceededError: Row(
        409,
        "ceiling_exceeded",
        _l("More than this account may hold"),
        _l("It may hold %(ceiling)s minor units at most. Take a smaller amount."),
        facts=("ceiling",),
    ),
    ledger.LimitExceededError: Row(
        409,
        "limit_exceeded",
        REFUSALS["limit_exceeded"].title,
        REFUSALS["limit_exceeded"].detail,
        facts=("limit", "total"),
    ),
    ledger.GroupRefusedError: Row(
        409,
        "group_refused",
        _l("One group of the list cannot be booked"),
        _l("Nothing was booked. Correct group %(group)s (the first is group 0) and send the list again."),
        facts=("group",),
    ),
    ledger.PeriodClosedError: Row(
        409,
        "period_closed",
        _l("This time is closed"),
        _l("The books are closed for the day on which this happened. Book it with today's date."),
        facts=("open_from",),
    ),
    ledger.InstantAheadError: Row(
        422,
        "instant_ahead",
        _l("This lies in the future"),
        _l("Only what has happened is booked. Check the time, and the clocks of the machines."),
        facts=("open_until",),
    ),
    ledger.PeriodUnknownError: unknown("period_unknown", _l("There is no such closed period")),
    ledger.PeriodNotOverError: Row(
        422,
        "period_not_over",
        _l("These days are not over"),
        _l("%(last_on)s is not over. A period is closed through yesterday at most."),
        facts=("last_on",),
    ),
    ledger.PeriodOrderError: Row(
        409,
        "period_order",
        _l("These days are closed already"),
        _l("The books are closed through %(closed_through)s. Take a later day; no period is opened again."),
        facts=("closed_through",),
    ),
    ledger.PeriodNotSettledError: Row(
        409,
        "period_not_settled",
        _l("The period is closed and has no statement yet"),
        _l("Entries that were under way are not finished. Close the period again in a moment: it goes on from here."),
        facts=("number",),
    ),
    ledger.EntryUnknownError: unknown("entry_unknown", _l("There is no such entry")),
    ledger.AlreadyReversedError: Row(
        409,
        "already_reversed",
        _l("Already corrected"),
        _l("A correction of this entry is in the books already."),
        facts=("reversal_id",),
    ),
    ledger.NotReversibleError: Row(
        409,
        "not_reversible",
        REFUSALS["not_reversible"].title,
        _l("Entries of this kind are corrected otherwise: by a claw-back, a refund, or a debt."),
        facts=("reason",),
    ),
    ledger.RestedOnError: Row(
        409,
        "not_reversible",
        REFUSALS["not_reversible"].title,
        _l("Entry %(resting_id)s rests on this one: it took of what this one gave. Correct that one first."),
        facts=("reason", "resting_id"),
    ),
    ledger.SamePersonError: SAME_PERSON,
    ledger.InstantTooYoungError: Row(
        422,
        "instant_too_young",
        _l("This moment is not settled yet"),
        _l("Balances at this instant could still change. Ask for one a little earlier."),
        facts=("settled_until",),
        field="at",
    ),
    ledger.PeriodTooOldError: wrong_field("from", _l("Statements begin on %(earliest)s at the earliest.")),
    ledger.PeriodEndsFirstError: wrong_field("until", _l("The last day lies before the first.")),
    ledger.PeriodInFutureError: wrong_field("until", _l("This day has not come yet. Today is %(today)s.")),
    ledger.StatementDiffersError: Row(
        500,
        "statement_differs",
        _l("The books do not add up here"),
        _l("This statement is not given. Tell the office: whoever runs this system has to run the audit of the books."),
    ),
    ledger.KeyReusedError: Row(
        422,
        "idempotency_key_reused",
        _l("This key was used for something else"),
        _l("One idempotency key belongs to one request. Take a new key for a new request."),
    ),
    ledger.LostRaceError: UNAVAILABLE,
}

PEOPLE_ROWS: dict[type[Exception], Row] = {
    people.TextRefusedError: Row(
        422,
        "invalid_fields",
        _l("Some fields are not right"),
        _l("Correct the fields that are named and send it again."),
        errors_of=_text_faults,
    ),
    people.UnitUnknownError: unknown("unit_unknown", _l("There is no such unit")),
    people.UnitExistsError: Row(409, "unit_exists", _l("This unit is in the tree already"), _l("Take another code.")),
    people.UnitCodeError: wrong_field("code", _l("A unit's code is 1 to 32 of A-Z, 0-9 and hyphen.")),
    people.UnitLevelError: wrong_field(
        "level", _l("A unit stands below one of a higher level: county, town, community, grid, building.")
    ),
    people.UnitsFileError: Row(
        422, "units_file_invalid", _l("The file of units has a fault"), _l("Line %(line)s: %(reason)s.")
    ),
    people.ResidentUnknownError: unknown("resident_unknown", _l("There is no such resident")),
    people.ResidentLeftError: Row(
        409,
        "resident_left",
        _l("This resident has left"),
        _l("Their log-in and accounts are closed. Look at the report of the closure."),
    ),
    people.NoFreeNumberError: UNAVAILABLE,
    people.PhoneInvalidError: wrong_field(
        "phone", _l("This is no phone number. Write 11 digits, or + and the country code.")
    ),
    people.PhoneKeysError: misconfigured(_l("The keys of phone numbers cannot be used")),
    people.PhoneUnreadableError: misconfigured(_l("A phone number cannot be read")),
    people.PersonUnknownError: unknown("person_unknown", _l("There is no such person")),
    people.HandleInvalidError: wrong_field(
        "handle", _l("A log-in name cannot be nine digits, because that is a resident's number.")
    ),
    people.HandleTakenError: Row(
        409,
        "handle_taken",
        _l("This log-in name is taken"),
        _l("It belongs to somebody of another name. Take another."),
    ),
    people.RoleScopeError: wrong_field(
        "role", _l("This role needs another place: a unit, a merchant or a resident, or none.")
    ),
    people.GrantUnknownError: unknown("grant_unknown", _l("There is no such role")),
    people.ApiKeyUnknownError: unknown("key_unknown", _l("There is no such key")),
    people.KeyRateError: wrong_field("rate", _l("A rate is 1 to 1,000,000 requests a minute.")),
    people.SessionUnknownError: unknown("session_unknown", _l("There is no such log-in")),
    people.CredentialUnknownError: unknown("credential_unknown", _l("There is no such log-in")),
    people.PasswordRefusedError: Row(
        422,
        "password_refused",
        _l("This password is not good enough"),
        _l("Take 8 characters or more that others would not guess."),
        errors_of=_password_faults,
    ),
}
