"""The rows of what settlements refuse."""

from flask_babel import lazy_gettext as _l

import settlements
from web.problems.row import Row, unknown, wrong_field

SETTLEMENTS_ROWS: dict[type[Exception], Row] = {
    settlements.SettlementUnknownError: unknown("settlement_unknown", _l("There is no such settlement")),
    settlements.CutOffAheadError: wrong_field(
        "until", _l("The cut-off lies in the future. Only what has been collected can be settled.")
    ),
    settlements.NothingToSettleError: Row(
        409,
        "nothing_to_settle",
        _l("There is nothing to settle"),
        _l(
            "Until this cut-off the merchant collected nothing that is not settled, or no more than it gave back."
            " What there is carries over to the next settlement."
        ),
    ),
    settlements.SettlementStatusError: Row(
        409,
        "settlement_status",
        _l("The settlement has come too far for this"),
        _l("It is paid, or has ended. Look at its steps: somebody else may have been quicker."),
        facts=("status",),
    ),
    settlements.OwnShopError: Row(
        403,
        "own_shop",
        _l("Nobody settles their own shop"),
        _l("You work for this merchant. Ask a colleague who does not."),
    ),
    settlements.AccountNumberError: wrong_field(
        "account", _l("The number of a bank account is 6 to 34 digits and letters.")
    ),
    settlements.BankStatementEmptyError: wrong_field("file", _l("The file has no movements.")),
    settlements.BankStatementKnownError: Row(
        409,
        "bank_statement_known",
        _l("This file was brought in before"),
        _l("It is kept already. Look at it in the list of statements."),
        facts=("statement_id",),
    ),
    settlements.BankStatementUnknownError: unknown("bank_statement_unknown", _l("There is no such bank statement")),
}
