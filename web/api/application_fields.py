"""What requests about applications of shops bring, and what is answered."""

from marshmallow import fields

from merchants import ApplicationState
from web.api.fields import NAME_LENGTH_MAX, Instant, PageQuery, Reply, Request, Text, a_code, a_name, a_text
from web.api.report_photos import PhotoReply

_PHONE_LENGTH_MAX = 40


class ShopRequest(Request):
    """What a shop is; the credit code is the unified one of its licence (GB 32100-2015), with its check character."""

    name = a_name()
    category = a_name()
    naming_class = a_name(data_key="class", metadata={"description": "The class it asks for, such as 平安饭店."})
    address = a_name()
    unit = a_code(metadata={"description": "The community, village, grid or building where it is."})
    credit_code = Text(required=True, length_max=NAME_LENGTH_MAX)


class ApplicationRequest(ShopRequest):
    """A shop, and whom the office calls about it."""

    contact_name = a_name()
    phone = Text(required=True, length_max=_PHONE_LENGTH_MAX)


class AmendmentRequest(ShopRequest):
    """A shop said anew; without a contact that of before stays."""

    contact_name = Text(load_default=None, length_max=NAME_LENGTH_MAX)
    phone = Text(load_default=None, length_max=_PHONE_LENGTH_MAX)


class ApplicationQuery(PageQuery):
    """Which applications are asked for."""

    state = fields.Enum(ApplicationState, by_value=True, load_default=None)


class ApplicationReasonRequest(Request):
    """What is missing, or why not, in words that the applicant reads."""

    reason = a_text()


class ApplicationAcceptanceRequest(Request):
    """The code that the merchant has in the books from now on."""

    code = a_code()


class WithdrawalOfApplicationRequest(Request):
    """Nothing more is said."""


class ApplicationStepReply(Reply):
    """A step of an application."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    made_at = Instant(required=True)


class ApplicationSummaryReply(Reply):
    """An application as it stands, and what it says of the shop now."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ApplicationState, by_value=True, required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    naming_class = fields.String(required=True, data_key="class")
    address = fields.String(required=True)
    unit = fields.String(required=True)
    credit_code = fields.String(required=True)
    contact_name = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "Masked."})
    submitted_at = Instant(required=True)


class ApplicationReply(ApplicationSummaryReply):
    """An application with its steps; `claim_code` is shown once, and opens it as the header `Claim-Code`."""

    merchant = fields.String(required=True, allow_none=True, metadata={"description": "Its code, once accepted."})
    licence = fields.List(fields.Nested(PhotoReply), required=True)
    steps = fields.List(fields.Nested(ApplicationStepReply), required=True)
    claim_code = fields.String()
