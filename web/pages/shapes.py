"""What pages are given to show: plain values, named as the templates read them. Amounts are in minor units.

Instants are aware and in the community's time zone; texts of people are as they wrote them, and are never markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Expiring:
    """Credits of one fund that can be spent until the end of a day; None: without end."""

    fund_name: str
    amount: int
    on: date | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Credits set aside until an instant: what is left of the amount, and what was paid out of it so far."""

    left: int
    captured: int
    amount: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry as it moved an account: a positive amount raised it. `url` leads to its receipt or award.

    `captured` is what was paid out of what the entry set aside; 0 for any other.
    """

    entry_id: UUID
    kind: str
    amount: int
    balance_after: int
    counterparty: str
    note: str
    captured: int
    occurred_at: datetime
    recorded_at: datetime
    is_sealed: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """Days of which people often want the statement; `url` leads to the form with them filled in."""

    name: str
    first_on: date
    last_on: date
    url: str


@dataclass(frozen=True, slots=True)
class FundCover:
    """Where a fund's credits are, or all funds', and the money behind them."""

    code: str
    name: str
    purpose: str
    available: int
    held: int
    outstanding: int
    backing: int

    @property
    def covered(self) -> bool:
        """Whether every credit is backed, and nothing else is."""
        return self.backing == self.available + self.held + self.outstanding


@dataclass(frozen=True, slots=True)
class MerchantView:
    """A shop and its naming of today; `fund_names` is None where it takes the credits of all funds.

    `state` is "named", "suspended", "revoked", "ended", "future" or "unnamed".
    """

    code: str
    name: str
    category: str
    class_name: str | None
    unit_name: str | None
    until: date | None
    fund_names: Sequence[str] | None
    state: str


@dataclass(frozen=True, slots=True)
class ShopChoice:
    """A shop somebody works at; `is_chosen` says that they act for it now."""

    id: UUID
    name: str
    category: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class NamingView:
    """One naming (命名) of a shop; `reason` is that of its latest suspension or revocation."""

    id: UUID
    class_name: str
    from_on: date
    until: date
    document: str
    fund_names: Sequence[str] | None
    state: str
    reason: str
    named_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A completed payment; `url` leads to the page that the reader has of it.

    `cash_amount` was paid in money beside the credits; `channel` is "code", "order" or "plaque".
    """

    id: UUID
    order_no: str
    receipt_no: str
    amount: int
    cash_amount: int
    channel: str
    refunded_total: int
    resident_masked: str
    merchant_name: str
    redeemed_at: datetime
    cashier_name: str | None
    url: str

    @property
    def left(self) -> int:
        """What was not refunded yet."""
        return self.amount - self.refunded_total

    @property
    def together(self) -> int:
        """What the purchase came to: credits and money, of which one is worth as much as the other."""
        return self.amount + self.cash_amount


@dataclass(frozen=True, slots=True)
class RefundView:
    """Credits that a shop gave back out of one payment."""

    amount: int
    reason: str
    refunded_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to choose, labelled with its way down the tree."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """A town or street with the places in it to choose, each named from there on."""

    name: str
    units: list[UnitChoice]


@dataclass(frozen=True, slots=True)
class GrantView:
    """One role of a person, in a unit (None: the whole tree) or at a shop."""

    id: UUID
    role: str
    unit_name: str | None
    merchant_name: str | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who works with the scheme. `state` is "active", "waiting" (a code is out) or "never"."""

    id: UUID
    name: str
    handle: str
    state: str
    url: str
    grants: Sequence[GrantView]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CodeView:
    """A payment code as its owner's screen shows it."""

    id: UUID
    text: str
    qr_svg_url: str
    seconds_left: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionView:
    """One place where somebody is logged in."""

    id: UUID
    device: str
    started_at: datetime
    last_seen_on: date
    is_current: bool


@dataclass(frozen=True, slots=True)
class DebtView:
    """What a resident is to give back to one fund, and how much of it their credits could pay today."""

    fund_code: str
    fund_name: str
    amount: int
    payable: int


@dataclass(frozen=True, slots=True)
class DebtReason:
    """Why something is to be given back: the award that was wrong, and what the office says about it."""

    award_reason: str
    reason: str
    fund_name: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HeadView:
    """A signed head of the books; hashes and the signature are hexadecimal. `url` leads to the file to keep."""

    size: int
    root: str
    sealed_at: datetime
    key_id: str
    signature: str
    hash: str
    url: str


@dataclass(frozen=True, slots=True)
class SealKeyView:
    """A key that signs heads; `public_key` is empty where we no longer hold it, `since` None while it signed none."""

    key_id: str
    public_key: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ProvedPosting:
    """A posting that a genuine receipt shows."""

    name: str
    account: str
    side: str
    amount: int
    asset: str
    scale: int


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """What a genuine receipt shows of its entry; `number` is its place among all sealed ones, from 1."""

    id: str
    kind: str
    occurred_at: datetime
    number: int
    postings: Sequence[ProvedPosting]


@dataclass(frozen=True, slots=True)
class ReceiptFinding:
    """What the check of a receipt found: `verdict` in one word, `head` and `entry` where it is genuine.

    `kept` is the verdict about a head that somebody kept, None without one; `kept_size` where it is ours.
    """

    verdict: str
    head: HeadView | None
    entry: ProvedEntry | None
    kept: str | None
    kept_size: int | None
    consistency_url: str | None


@dataclass(frozen=True, slots=True)
class CategoryView:
    """What can be reported: who answers for it, and the working days they have, from ordinary to urgent.

    `award` is what a report of it earns today, None where it earns nothing.
    """

    code: str
    name: str
    department: str
    days: tuple[int, int, int]
    is_private: bool
    award: int | None


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    """A category at the top with those below it."""

    code: str
    name: str
    kind: str
    categories: list[CategoryView]
