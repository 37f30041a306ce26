"""Texts that are covered: who wrote one reads it, others read why it is covered, and supervisors can open it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from listening import ReportRating, get_rating
from people import Principal
from reports import CoveredText, Covering, Report, ReportJoin, covered_among, get_join, is_reporter


def join_facts(joined: ReportJoin, covered: Mapping[UUID, Covering], seen_by: Principal) -> dict[str, Any]:
    """Return what is told of a join."""
    names = ("id", "report_id", "resident_id", "state", "note", "joined_at", "decided_at")
    covering = covered.get(joined.id)
    is_open = covering is None or seen_by.is_resident(joined.resident_id)
    return {name: getattr(joined, name) for name in names} | {
        "evidence": joined.evidence if is_open else None,
        "covered": None if covering is None else covering.reason,
    }


def joins_facts(session: Session, joins: list[ReportJoin], seen_by: Principal) -> list[dict[str, Any]]:
    """Return what is told of some joins."""
    covered = covered_among(session, [each.id for each in joins])
    return [join_facts(each, covered, seen_by) for each in joins]


def ratings_facts(
    session: Session, report: Report, ratings: list[ReportRating], seen_by: Principal
) -> list[dict[str, Any]]:
    """Return what is told of some ratings of a report."""
    covered = covered_among(session, [each.id for each in ratings])
    names = ("id", "report_id", "stars", "rated_at")
    return [
        {name: getattr(each, name) for name in names}
        | {
            "note": each.note if each.id not in covered or is_reporter(report, seen_by) else None,
            "covered": covered[each.id].reason if each.id in covered else None,
        }
        for each in ratings
    ]


def covered_text(session: Session, report: Report, covering: Covering) -> str:
    """Return the words that are covered, for who may open them."""
    if covering.text_kind is CoveredText.REPORT:
        return report.description
    if covering.text_kind is CoveredText.JOIN:
        return get_join(session, covering.text_id).evidence or ""
    return get_rating(session, covering.text_id).note or ""
