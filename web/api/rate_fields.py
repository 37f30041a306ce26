"""The three rates as answers tell them: each beside the counts from which anybody can work it out again."""

from marshmallow import fields

from web.api.fields import Reply


def _a_rate(description: str) -> fields.Float:
    return fields.Float(required=True, allow_none=True, metadata={"description": description})


def _a_count(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description})


class RatesReply(Reply):
    """What was answered in time, what is resolved, and who is satisfied."""

    response_rate = _a_rate("responded / response_due, from 0 to 1; null where nothing had to be answered.")
    responded = _a_count("Of response_due, what was acknowledged by the end of the first working day after it.")
    response_due = _a_count(
        "How often a report was given to the unit in the period (by dispatch, transfer, reopening or call) and the "
        "first working day after that is over; without what was transferred away or withdrawn within it."
    )
    resolution_rate = _a_rate("resolved / resolution_known, from 0 to 1; null where nothing is known.")
    resolved = _a_count("Of resolution_known, where the reporter said that it is resolved and did not reopen it.")
    resolution_known = _a_count(
        "Closures of the period in the random sample of call-backs whose reporter was reached, or reopened the report."
    )
    not_reached = _a_count("Closures in the sample whose reporter was not reached; they are in no denominator.")
    satisfaction = _a_rate("satisfied / rated, from 0 to 1; null where nobody rated.")
    satisfied = _a_count("Of rated, who gave 4 or 5 stars or, without a rating, said so when called.")
    rated = _a_count(
        "Reports whose reporter rated or was reached; each once, by the newest closure about which they spoke, "
        "where that is in the period."
    )
