"""What the API tells of reports: their facts, steps, duties, what was asked about them and what they earn."""

from marshmallow import Schema, fields

from earnings import CutReason, EarningState, NothingReason, PartKind
from oversight import EscalationKind, OrderState
from reports import AppealSubject, CallState, JoinState, RejectionKind, ReportStatus
from responsibilities import Severity
from web.api.fields import Day, Instant, Reply


class DutyReply(Schema):
    """Who owes it now, and until the end of which day; overdue as of today."""

    unit = fields.String(required=True, attribute="unit_code")
    due_on = Day(required=True)
    overdue = fields.Boolean(required=True)


class ReportStepReply(Schema):
    """One step: what was done, the status it led to, for which unit, and the day before and after it."""

    number = fields.Integer(required=True, attribute="step.number")
    step = fields.String(required=True, attribute="step.kind")
    status = fields.String(required=True, attribute="step.status")
    unit = fields.String(required=True, allow_none=True, attribute="step.unit_code")
    old_due_on = Day(required=True, allow_none=True, attribute="step.old_due_on")
    due_on = Day(required=True, allow_none=True, attribute="step.due_on")
    note = fields.String(required=True, allow_none=True, attribute="step.note")
    kind = fields.Enum(
        RejectionKind,
        by_value=True,
        required=True,
        allow_none=True,
        attribute="step.rejection_kind",
        metadata={"description": "Of a rejection: of which kind."},
    )
    call_id = fields.UUID(
        required=True, allow_none=True, attribute="step.call_id", metadata={"description": "The call it is about."}
    )
    entry_id = fields.UUID(required=True, allow_none=True, attribute="step.entry_id")
    made_at = Instant(required=True, attribute="step.made_at")
    made_by = fields.String(required=True, allow_none=True, metadata={"description": "Who took it; null to residents."})


class ChargedReply(Schema):
    """One duty that the report laid on a unit, and what became of it."""

    unit = fields.String(required=True, attribute="unit_code")
    due_on = Day(required=True)
    charged_at = Instant(required=True)
    handled_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)


class CallReply(Schema):
    """One call of a unit, where it stands, and its duty: until when, and what became of it."""

    id = fields.UUID(required=True)
    unit = fields.String(required=True)
    state = fields.Enum(CallState, by_value=True, required=True)
    due_on = Day(required=True)
    overdue = fields.Boolean(required=True)
    called_at = Instant(required=True)
    handled_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)


class EscalationReply(Reply):
    """What was brought before a unit: a duty past its day, or an urgent report; once for each duty.

    `unit` is where it lies, `to` the unit in charge above it; null where none is above.
    """

    id = fields.UUID(required=True)
    kind = fields.Enum(EscalationKind, by_value=True, required=True)
    report_id = fields.UUID(required=True)
    number = fields.String(required=True)
    call_id = fields.UUID(required=True, allow_none=True)
    unit = fields.String(required=True)
    to = fields.String(required=True, allow_none=True)
    at_top = fields.Boolean(required=True)
    due_on = Day(required=True, allow_none=True)
    raised_on = Day(required=True)


class ReportOrderReply(Reply):
    """What a unit is ordered to report by the end of a day, and its answer; `late`: past it, answered or not."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    unit = fields.String(required=True)
    text = fields.String(required=True)
    due_on = Day(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    late = fields.Boolean(required=True)
    ordered_by = fields.String(required=True)
    ordered_at = Instant(required=True)
    answer = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)


class AskedReply(Reply):
    """What a supervisor asked about a report; another one decides."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    call_id = fields.UUID(required=True, allow_none=True)
    due_on = Day(required=True, allow_none=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = Instant(required=True)
    approved = fields.Boolean(
        required=True, allow_none=True, attribute="is_approved", metadata={"description": "Null until it is decided."}
    )
    note = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class JoinReply(Reply):
    """Somebody who says "me too", and what a supervisor said about their evidence."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    evidence = fields.String(required=True, allow_none=True)
    covered = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it is covered; then only its author reads it."},
    )
    state = fields.Enum(JoinState, by_value=True, required=True)
    note = fields.String(required=True, allow_none=True)
    joined_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)


class UnmaskingReply(Reply):
    """What an officer asked about whose a confidential report is, and what another one decided."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    asked_at = Instant(required=True)
    approved = fields.Boolean(required=True, allow_none=True, attribute="is_approved")
    note = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class AppealReply(Reply):
    """What a reporter says against a decision, and what was decided about that; `upheld` is null until then."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    subject = fields.Enum(AppealSubject, by_value=True, required=True)
    subject_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    appealed_at = Instant(required=True)
    upheld = fields.Boolean(required=True, allow_none=True, attribute="is_upheld")
    note = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class AppealableReply(Schema):
    """A decision against which the caller may appeal, and through which day."""

    subject = fields.Enum(AppealSubject, by_value=True, required=True)
    subject_id = fields.UUID(required=True)
    last_on = Day(required=True)


class TogetherReply(Schema):
    """How many were asked to report together with the writer, how many did, and what the caller said, if asked."""

    asked = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    mine = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether the caller confirmed; null: not yet, or not asked."},
    )


class ClaimableReply(Schema):
    """A part that is due to whoever shows the report's code to `POST /claims`, in minor units."""

    part = fields.Enum(PartKind, by_value=True, required=True, attribute="kind")
    due = fields.Integer(required=True)


class CommentReply(Schema):
    """What somebody said in the program that brought the report, and where that program thinks the report stands."""

    id = fields.UUID(required=True)
    text = fields.String(required=True)
    status = fields.String(required=True)
    said_at = Instant(required=True)
    received_at = Instant(required=True)


class EarningPartReply(Schema):
    """A part of an award, in minor units: due by the published formula, and paid; less says why."""

    part = fields.Enum(PartKind, by_value=True, required=True, attribute="kind")
    resident_id = fields.UUID(required=True, allow_none=True)
    due = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    cut_because = fields.Enum(CutReason, by_value=True, required=True, allow_none=True)
    award_id = fields.UUID(required=True, allow_none=True)
    paid_at = Instant(required=True)


class EarningReply(Schema):
    """What the report earns in minor units; `waiting` says that its fund has no money for it yet.

    `paid` is the sum of the parts shown: all of them to supervisors, to residents their own.
    """

    state = fields.Enum(EarningState, by_value=True, required=True)
    amount = fields.Integer(required=True, allow_none=True)
    nothing_because = fields.Enum(NothingReason, by_value=True, required=True, allow_none=True)
    loss = fields.Integer(required=True, allow_none=True)
    paid = fields.Integer(required=True)
    parts = fields.List(fields.Nested(EarningPartReply), required=True)
    to_be_claimed = fields.List(fields.Nested(ClaimableReply), required=True)


class ReportSummaryReply(Reply):
    """A report and its open duty, null where nobody owes anything about it."""

    id = fields.UUID(required=True, attribute="report.id")
    number = fields.String(required=True, attribute="report.number")
    status = fields.Enum(ReportStatus, by_value=True, required=True, attribute="report.status")
    category = fields.String(required=True, attribute="report.category_code")
    description = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where it is covered, but to who wrote it."}
    )
    covered = fields.String(required=True, allow_none=True, metadata={"description": "Why the description is covered."})
    unit = fields.String(required=True, attribute="report.unit_code")
    address = fields.String(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True, data_key="lat")
    longitude = fields.Float(required=True, allow_none=True, data_key="long")
    channel = fields.String(required=True, attribute="report.channel")
    severity = fields.Enum(Severity, by_value=True, required=True, allow_none=True, attribute="report.severity")
    submitted_at = Instant(required=True, attribute="report.submitted_at")
    closed_at = Instant(required=True, allow_none=True, attribute="report.closed_at")
    merged_into = fields.UUID(required=True, allow_none=True, attribute="report.merged_into_id")
    resident_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Whose it is; null to whom that is nobody's business."}
    )
    duty = fields.Nested(DutyReply, required=True, allow_none=True)
    urgent = fields.Boolean(required=True, attribute="report.is_urgent")
    weight = fields.Integer(required=True, metadata={"description": "How many told of it."})


class ReportReply(ReportSummaryReply):
    """A report with its whole history; `duties` are all it ever laid on a unit, `requests` what two persons decide."""

    history = fields.List(fields.Nested(ReportStepReply), required=True)
    duties = fields.List(fields.Nested(ChargedReply), required=True)
    calls = fields.List(fields.Nested(CallReply), required=True)
    escalations = fields.List(fields.Nested(EscalationReply), required=True)
    orders = fields.List(fields.Nested(ReportOrderReply), required=True)
    requests = fields.List(fields.Nested(AskedReply), required=True)
    joins = fields.List(fields.Nested(JoinReply), required=True)
    comments = fields.List(
        fields.Nested(CommentReply), required=True, metadata={"description": "Said outside; for officers only."}
    )
    unmaskings = fields.List(fields.Nested(UnmaskingReply), required=True)
    appeals = fields.List(fields.Nested(AppealReply), required=True)
    appealable = fields.List(fields.Nested(AppealableReply), required=True)
    together = fields.Nested(
        TogetherReply, required=True, metadata={"description": "Those who report together are told of by number only."}
    )
    claim_code = fields.String(metadata={"description": "Of a new anonymous report only, and only once."})
    award = fields.Nested(
        EarningReply,
        required=True,
        allow_none=True,
        metadata={"description": "Null before acceptance, and to whom it is nobody's business."},
    )
