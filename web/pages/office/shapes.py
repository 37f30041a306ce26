"""What the office's pages are given to show, named as their templates read them. Amounts are in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from web.pages.shapes import FundCover, MerchantView


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """A resident as the office finds them; the phone is masked."""

    id: UUID
    number: str
    name: str
    phone_masked: str
    unit_name: str
    url: str
    registered_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class AwardView:
    """Credits granted to a resident; `status` is the award's own, or "clawed_back" or "reversed"."""

    id: UUID
    resident: ResidentRow
    fund_code: str
    fund_name: str
    amount: int
    reason: str
    status: str
    expires_on: date | None
    granted_by: str
    granted_at: datetime
    clawed_back_amount: int
    entry_id: UUID | None
    batch_url: str | None
    url: str


@dataclass(frozen=True, slots=True)
class ClawBackView:
    """What was taken back of an award, by whom and why."""

    amount: int
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BatchView:
    """A list of awards that was granted."""

    id: UUID
    fund_code: str
    fund_name: str
    reason: str
    count: int
    total: int
    made_by: str
    made_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class FundChoice:
    """A fund to award out of, with what it still has."""

    code: str
    name: str
    available: int


@dataclass(frozen=True, slots=True)
class FundPage(FundCover):
    """A fund's cover with its rule in words."""

    expiry_rule: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MovementView:
    """Money of a fund that came in, was returned, or was moved; `kind` is seen from the fund that is shown.

    `reversed` says that it was wrong, and corrected by its mirror.
    """

    kind: str
    amount: int
    document: str
    other_fund_name: str | None
    made_by: str
    made_at: datetime
    entry_id: UUID
    reversed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for an officer, since an instant or a day; `level` is "danger", "warning" or "calm"."""

    text: str
    url: str
    since: datetime | date | None
    level: str


@dataclass(frozen=True, slots=True)
class ShopRow(MerchantView):
    """A shop in the office's list: where its page is, and what it has collected."""

    url: str
    payable: int
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One line of an entry; `scale` is the asset's number of decimals."""

    account: str
    asset: str
    lot: str
    side: str
    amount: int
    scale: int


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry of the books with the name of whoever made it, and why it was corrected or corrects another."""

    id: UUID
    kind: str
    description: str
    actor_name: str
    occurred_at: datetime
    recorded_at: datetime
    is_sealed: bool
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    reversal_reason: str
    postings: Sequence[PostingRow]


@dataclass(frozen=True, slots=True)
class MatterView:
    """A forced correction or a waiver: what was asked for, by whom, and how another person decided.

    `kind` is "forced_correction" or "waiver", `state` "asked", "approved" or "rejected".
    """

    id: UUID
    kind: str
    state: str
    resident: ResidentRow
    fund_name: str
    amount: int
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    entry_id: UUID | None
    award_url: str | None
    url: str


@dataclass(frozen=True, slots=True)
class RepaymentView:
    """What somebody gave back of what they owed; `kind` is the kind of its entry."""

    kind: str
    fund_name: str
    amount: int
    document: str
    by: str
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class OwingShopRow:
    """A shop that owes something back."""

    name: str
    code: str
    amount: int
    url: str


@dataclass(frozen=True, slots=True)
class ClosureView:
    """A closure that was begun or is done, with what went where."""

    state: str
    reason: str
    by: str
    begun_at: datetime
    closed_at: datetime | None
    merged_into: str
    lines: Sequence["ClosureLineView"]


@dataclass(frozen=True, slots=True)
class ClosureLineView:
    """One lot of a closed owner and where it went: "fund", "debt" or "other_record"."""

    account: str
    lot: str
    amount: int
    scale: int
    where_to: str
    destination: str
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class LeftView:
    """What an owner still owes or is still to be paid; `what` is "owed", "payable" or "in_settlement"."""

    what: str
    fund_name: str
    amount: int


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A closed period; `first_on` is None where it begins with the books, `stated_at` while it has no statement."""

    number: int
    first_on: date | None
    last_on: date
    by: str
    closed_at: datetime
    stated_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class TermsView:
    """On which terms entries were taken since an instant: `open_days` back, None without such a bound."""

    open_days: int | None
    closed_through: date | None
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TariffView:
    """One version of what a category earns, from a day on; `percent` of it is due on acceptance.

    `state` is "begun", "coming", or "replaced" where a later version takes its place before it begins.
    """

    category: str
    number: int
    fund_name: str
    amount: int
    percent: int
    valid_from: date
    state: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of the responsibility list; `url` leads to its file."""

    number: int
    is_in_force: bool
    published_by: str
    published_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of a responsibility list that is about to change: what it will say, and what it `said` before."""

    code: str
    name: str
    says: str
    said: str
