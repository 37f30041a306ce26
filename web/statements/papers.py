"""A statement as a paper: its head, and a section for each account, whose lines are read while they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import list_funds
from ledger import AccountStatement, Asset, CreditLot, StatementPeriod, open_statement
from web.community import community_name
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.statements.owners import ShownLine, StatementOwner, shown_lines
from web.statements.words import account_words, asset_words


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line as papers show it: instants in the community's time zone, amounts in minor units."""

    recorded_at: datetime
    occurred_at: datetime
    kind: str
    note: str
    counterparty: str
    fund: str
    good_until: date | str
    raised: int
    lowered: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class Section:
    """One account's part of a paper."""

    title: str
    asset: Asset
    asset_name: str
    statement: AccountStatement
    owner: StatementOwner
    session: Session
    fund_names: dict[str, str]

    def parts(self) -> Iterator[Sequence[PaperLine]]:
        """Stream the lines in parts, oldest first; afterwards the statement has its sums.

        Raises:
            StatementDiffersError: they do not add up to the balances.
        """
        for lines in self.statement.parts(self.session):
            lots = {label: self._lot(label) for label in {line.lot for line in lines}}
            yield [self._shown(shown, *lots[shown.line.lot]) for shown in shown_lines(self.session, self.owner, lines)]

    def _shown(self, shown: ShownLine, fund: str, good_until: date | str) -> PaperLine:
        line, zone = shown.line, self.statement.period.zone
        return PaperLine(
            recorded_at=line.recorded_at.astimezone(zone),
            occurred_at=line.occurred_at.astimezone(zone),
            kind=shown.kind,
            note=shown.note,
            counterparty=shown.counterparty,
            fund=fund,
            good_until=good_until,
            raised=line.raised,
            lowered=line.lowered,
            balance_after=line.balance_after,
        )

    def _lot(self, label: str) -> tuple[str, date | str]:
        """Return the fund of credits and their last day, or of other things what their label says."""
        if self.asset is not Asset.PAB:
            return "", label
        lot = CreditLot.parse(label)
        return self.fund_names.get(lot.fund, lot.fund), lot.expires_on or _("no end date")


@dataclass(frozen=True, slots=True)
class Paper:
    """The statement of one owner over one period, as of `printed_at`."""

    community: str
    owner: StatementOwner
    period: StatementPeriod
    printed_at: datetime
    sections: Sequence[Section]

    @property
    def is_closed(self) -> bool:
        """Whether the period is over: its statement then never changes."""
        return self.period.last_on < self.printed_at.date()


def open_paper(
    session: Session, owner: StatementOwner, period: StatementPeriod, *, asset: Asset | None, printed_at: datetime
) -> Paper:
    """Return the paper of an owner's accounts, or of those of one asset, read from the session's one snapshot.

    Accounts that held nothing and did nothing are left out, save the first, so that an empty period has its paper too.

    Raises:
        ProblemError: the owner has no account of this asset.
    """
    names = {fund.code: fund.name for fund in list_funds(session)}
    sections = [
        Section(
            title=account_words(account.code),
            asset=account.asset,
            asset_name=asset_words(account.asset),
            statement=open_statement(session, account.id, period),
            owner=owner,
            session=session,
            fund_names=names,
        )
        for account in owner.accounts
        if asset in {None, account.asset}
    ]
    if not sections:
        raise ProblemError(INVALID_FIELDS, errors={"asset": [_("There is no account of this kind.")]})
    told = [each for each in sections if each.statement.opening or each.statement.line_count]
    return Paper(community_name(session), owner, period, printed_at, told or sections[:1])
