"""What was decided before decisions were noted for appeals is noted by the migration, as `publish` would have."""

from typing import Any

from flask_migrate import downgrade
from sqlalchemy import text

import reports
from photos import photos_of
from publishing import PhotoDecision
from reports import ReportStatus
from tests.migrating import MIGRATIONS, migrate, migrating_application
from tests.publishing.builders import Newsroom


def noted(office: Newsroom) -> list[tuple[Any, ...]]:
    """Return what is noted of each decision, and end the transaction."""
    found = office.session.execute(
        text("SELECT id, report_id, number, is_against, made_by, made_at FROM report_moderations ORDER BY id")
    )
    rows = [tuple(row) for row in found]
    office.session.commit()
    return rows


def test_the_migration_notes_what_publishing_would_have_noted(office: Newsroom, database: str) -> None:
    whole, wordless, down = (office.brought_to(ReportStatus.ACCEPTED) for _ in range(3))
    office.publish(whole)
    office.publish(wordless, text=None, reason="全是人名")
    office.publish(wordless, text="路上有问题", reason="去掉了地点")
    office.publish(down)
    office.take_down(down)
    done, silent = (office.brought_to(ReportStatus.HANDLED) for _ in range(2))
    office.publish(done, answer="换了")
    office.publish(silent, answer=None, reason="写了姓名")
    pictured, nameless = office.submit(), office.anonymous()
    office.add_photo(pictured, 1)
    office.add_photo(nameless, 2, by=reports.nobody(nameless))
    for report_id in (pictured, nameless):
        office.accept(report_id)
        hidden = [PhotoDecision(each.id, is_shown=False) for each in photos_of(office.session, report_id)]
        office.publish(report_id, hidden, reason="看得到车牌")
    office.session.commit()
    before = noted(office)
    assert sorted(bool(row[3]) for row in before) == [False] * 4 + [True] * 5
    with migrating_application(database).app_context():
        downgrade(directory=str(MIGRATIONS), revision="0026-1")
    migrate(database)
    assert noted(office) == before
