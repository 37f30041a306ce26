"""Where a report stands, in one sentence for everybody, and why it was not accepted."""

from flask_babel import lazy_gettext as _l

from reports import RejectionKind, ReportStatus

STANDS = {
    ReportStatus.SUBMITTED: _l("Received; nobody has looked at it yet."),
    ReportStatus.ACCEPTED: _l("Accepted; it is being given to the department that answers for it."),
    ReportStatus.DISPATCHED: _l("Given to the department that answers for it."),
    ReportStatus.ACKNOWLEDGED: _l("The department is at work on it."),
    ReportStatus.HANDLED: _l("The department says that it is done; somebody else will look."),
    ReportStatus.RETURNED: _l("It was looked at and is not done; the department goes on."),
    ReportStatus.VERIFIED: _l("Somebody else has seen that it is done."),
    ReportStatus.CLOSED: _l("Done and closed."),
    ReportStatus.REJECTED: _l("Not accepted."),
    ReportStatus.MERGED: _l("The same was reported before; it goes on there."),
    ReportStatus.WITHDRAWN: _l("Ended without result."),
}

# Why one was not accepted, for whoever reported it elsewhere; the other kinds would say something about them.
REJECTED_BECAUSE = {
    RejectionKind.NOT_OURS: _l("It is nobody's to handle here."),
    RejectionKind.KNOWN_ALREADY: _l("It is known already."),
}
