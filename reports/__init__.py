"""What residents report, who answers for it by when, and every step from there to what was verified."""

from reports.anonymity import NOBODY, as_kept, give_claim_code, is_reporter, nobody, report_of_code
from reports.appeals import (
    APPEAL_DAYS,
    Appealable,
    appeal,
    appeal_against,
    appealable,
    appeals_of,
    appeals_waiting,
    decide_appeal,
    get_appeal,
    is_appellant,
    may_decide_appeal,
)
from reports.awarding import in_confidence_with, release_rests
from reports.bare_facts import (
    BareReport,
    BareStep,
    bare_report,
    bare_reports,
    bare_reports_by_number,
    bare_steps,
    is_category_of,
    is_report_number,
    may_be_public,
    rounded_degrees,
)
from reports.calling import accept_call, acknowledge_call, call_units, handle_call, return_call
from reports.calls import CallState, ReportCall, calls_of
from reports.checks import CHECKS
from reports.claiming import claim_award
from reports.closures import closed_report_of, untouched_by
from reports.count_changes import sum_up_counts
from reports.counting import CategoryCount, MonthCount, counts_by_category, counts_by_month
from reports.coverings import cover, covered_among, covering_of, get_covering
from reports.deadlines import last_due_on
from reports.dispatching import dispatch, takers, transfer
from reports.errors import (
    CallsOpenError,
    CallUnknownError,
    ClaimUnknownError,
    DispatchTargetError,
    DueDateError,
    JoinDecidedError,
    JoinRefusedError,
    JoinUnknownError,
    MergerTargetError,
    NotConfidentialError,
    NothingOwedError,
    OwnDepartmentError,
    PlaceUnknownError,
    PositionError,
    ReopeningClosedError,
    ReportError,
    ReportUnknownError,
    RequestPendingError,
    RequestUnknownError,
    StepNotNowError,
)
from reports.fairness_errors import (
    AppealDecidedError,
    AppealedBeforeError,
    AppealOverError,
    AppealUnknownError,
    CoReporterUnknownError,
    CoveringUnknownError,
    DailyLimitError,
    FalseReportsError,
    JointReportError,
    LimitsError,
    LimitsUnknownError,
    NothingToAppealError,
    OnBehalfLimitError,
    OwnHouseholdError,
    TextCoveredError,
    TextUnknownError,
    TogetherOverError,
    WaitingLimitError,
)
from reports.fairness_model import (
    Appeal,
    AppealSubject,
    CoReporter,
    CoveredText,
    Covering,
    Moderation,
    ReportLimitsSet,
)
from reports.functions import Function
from reports.handling import WORK_DONE, acknowledge, handle, what_was_done
from reports.hiding_model import Unmasking
from reports.joining import decide_join, get_join, join, joins_of, weights
from reports.limits import LIMIT_MAX, LIMIT_NAMES, WritingLimits, get_limits, limits_in_force, list_limits, set_limits
from reports.listings import (
    ReportPage,
    confidential_among,
    duties_about,
    duties_of,
    get_report,
    list_reports,
    matters_of,
    numbers_of,
    only_followed,
    placed,
    report_by_number,
)
from reports.model import (
    TEXT_LENGTH_MAX,
    Channel,
    JoinState,
    RejectionKind,
    Report,
    ReportJoin,
    ReportRequest,
    ReportStatus,
    ReportStep,
    RequestKind,
    StepKind,
)
from reports.moderations import note_moderation
from reports.on_behalf import WrittenForOne, written_for_one
from reports.ordering import answer_order, give_order
from reports.outside import BroughtReport, bring, comment, comments_of, miss_photos, names_a_place
from reports.outside_model import OutsideComment
from reports.photographing import add_join_photos, add_photos
from reports.recounting import checks_of_counts, count_anew
from reports.reminding import remind_units
from reports.reporting import REOPENING_DAYS, reopen, submit
from reports.requests import ask_postponement, ask_withdrawal, decide, get_request, may_decide, requests_of
from reports.steps import (
    UNHANDLED,
    is_placed,
    may_act,
    may_take,
    report_of_step,
    report_within_reach,
    steps_of,
)
from reports.suggesting import NEAR_M, SUGGESTED_DAYS, Suggestion, middle_of, suggest, suggestion_of
from reports.supervision import accept, close, merge, reject, return_to_department, verify
from reports.together import (
    CONFIRMATION_DAYS,
    TOGETHER_MAX,
    answer_together,
    asked_together,
    may_answer_together,
    report_asked_together,
    together_of,
)
from reports.unmasking import ask_unmasking, decide_unmasking, get_unmasking, may_know_reporter, unmaskings_of
from reports.waiting import (
    WAITING,
    OpenByAge,
    WaitingCount,
    calls_waiting,
    count_waiting,
    had_no_other_part,
    joins_waiting,
    open_by_age,
    reports_waiting,
    requests_waiting,
    unmaskings_waiting,
)

__all__ = [
    "CHECKS",
    "NEAR_M",
    "NOBODY",
    "REOPENING_DAYS",
    "SUGGESTED_DAYS",
    "TEXT_LENGTH_MAX",
    "UNHANDLED",
    "WAITING",
    "WORK_DONE",
    "BareReport",
    "BareStep",
    "BroughtReport",
    "CallState",
    "CallUnknownError",
    "CallsOpenError",
    "CategoryCount",
    "Channel",
    "ClaimUnknownError",
    "DispatchTargetError",
    "DueDateError",
    "Function",
    "JoinDecidedError",
    "JoinRefusedError",
    "JoinState",
    "JoinUnknownError",
    "MergerTargetError",
    "MonthCount",
    "NotConfidentialError",
    "NothingOwedError",
    "OpenByAge",
    "OutsideComment",
    "OwnDepartmentError",
    "PlaceUnknownError",
    "PositionError",
    "ReopeningClosedError",
    "Report",
    "ReportCall",
    "ReportError",
    "ReportJoin",
    "ReportPage",
    "ReportRequest",
    "ReportStatus",
    "ReportStep",
    "ReportUnknownError",
    "RequestKind",
    "RequestPendingError",
    "RequestUnknownError",
    "StepKind",
    "StepNotNowError",
    "Suggestion",
    "Unmasking",
    "WaitingCount",
    "accept",
    "accept_call",
    "acknowledge",
    "acknowledge_call",
    "add_join_photos",
    "add_photos",
    "answer_order",
    "as_kept",
    "ask_postponement",
    "ask_unmasking",
    "ask_withdrawal",
    "bare_report",
    "bare_reports",
    "bare_reports_by_number",
    "bare_steps",
    "bring",
    "call_units",
    "calls_of",
    "calls_waiting",
    "checks_of_counts",
    "claim_award",
    "close",
    "closed_report_of",
    "comment",
    "comments_of",
    "confidential_among",
    "count_anew",
    "count_waiting",
    "counts_by_category",
    "counts_by_month",
    "decide",
    "decide_join",
    "decide_unmasking",
    "dispatch",
    "duties_about",
    "duties_of",
    "get_join",
    "get_report",
    "get_request",
    "get_unmasking",
    "give_claim_code",
    "give_order",
    "had_no_other_part",
    "handle",
    "handle_call",
    "in_confidence_with",
    "is_category_of",
    "is_placed",
    "is_report_number",
    "is_reporter",
    "join",
    "joins_of",
    "joins_waiting",
    "last_due_on",
    "list_reports",
    "matters_of",
    "may_act",
    "may_be_public",
    "may_decide",
    "may_know_reporter",
    "may_take",
    "merge",
    "middle_of",
    "miss_photos",
    "names_a_place",
    "nobody",
    "numbers_of",
    "only_followed",
    "open_by_age",
    "placed",
    "reject",
    "release_rests",
    "remind_units",
    "reopen",
    "report_by_number",
    "report_of_code",
    "report_of_step",
    "report_within_reach",
    "reports_waiting",
    "requests_of",
    "requests_waiting",
    "return_call",
    "return_to_department",
    "rounded_degrees",
    "steps_of",
    "submit",
    "suggest",
    "suggestion_of",
    "sum_up_counts",
    "takers",
    "transfer",
    "unmaskings_of",
    "unmaskings_waiting",
    "untouched_by",
    "verify",
    "weights",
    "what_was_done",
]
# What keeps reports fair, by lines, so that the list stays one that can be read.
__all__ += ["APPEAL_DAYS", "CONFIRMATION_DAYS", "LIMIT_MAX", "TOGETHER_MAX", "Appeal", "AppealDecidedError"]
__all__ += ["AppealOverError", "AppealSubject", "AppealUnknownError", "Appealable", "AppealedBeforeError"]
__all__ += ["CoReporter", "CoReporterUnknownError", "CoveredText", "Covering", "CoveringUnknownError"]
__all__ += ["DailyLimitError", "FalseReportsError", "JointReportError", "LimitsError", "LimitsUnknownError"]
__all__ += ["NothingToAppealError", "OnBehalfLimitError", "OwnHouseholdError", "RejectionKind", "ReportLimitsSet"]
__all__ += ["TextCoveredError", "TextUnknownError", "TogetherOverError", "WaitingLimitError", "WritingLimits"]
__all__ += ["WrittenForOne", "answer_together", "appeal", "appealable", "appeals_of", "appeals_waiting"]
__all__ += ["asked_together", "cover", "covered_among", "covering_of", "decide_appeal", "get_appeal", "get_covering"]
__all__ += ["LIMIT_NAMES", "get_limits", "is_appellant", "limits_in_force", "list_limits", "may_answer_together"]
__all__ += ["Moderation", "appeal_against", "may_decide_appeal", "note_moderation"]
__all__ += ["report_asked_together", "set_limits", "together_of", "written_for_one"]
