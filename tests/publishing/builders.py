"""An office whose reports have photos, and short ways to publish them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from PIL import Image

import publishing
import reports
from ledger import Call
from people import Principal
from photos import Box, FolderStore, Photo, clean_photo
from publishing import PhotoDecision, PreparedPhoto, Publication
from tests.photos.uploads import encoded
from tests.reports.builders import VILLAGE, Office

FACE = Box(250, 250, 200, 300)


def noise(seed: int, width: int = 333, height: int = 251) -> Image.Image:
    """Return a picture of random pixels: none of them can be guessed from others."""
    return Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3))


@dataclass
class Newsroom(Office):
    """An office with a store of photos, where reports are published."""

    store: FolderStore = field(kw_only=True)

    def add_photo(self, report_id: UUID, seed: int, by: Principal | None = None) -> Photo:
        """Add a photo to a report, of its reporter unless somebody else brings it."""
        [photo] = reports.add_photos(
            self.session,
            self.store,
            report_id=report_id,
            pictures=[clean_photo(encoded(noise(seed), "PNG"))],
            by=by or self.reporter,
            now=self.at,
        )
        return photo

    def anonymous(self) -> UUID:
        """Return a new report of somebody without a name."""
        return self.submit(by=reports.nobody())

    def confidential(self) -> UUID:
        """Return a new report of which it is confidential whose it is."""
        return reports.submit(
            self.session,
            category_code="C0101",
            description="井盖没了",
            unit_code=VILLAGE,
            by=self.reporter,
            resident_id=self.reporter.resident_id,
            is_confidential=True,
            now=self.at,
        ).id

    def prepared(
        self, report_id: UUID, decisions: Sequence[PhotoDecision] = (), by: Principal | None = None
    ) -> list[PreparedPhoto]:
        """Make the copies of a report's photos."""
        return publishing.prepare(
            self.session, self.store, report_id=report_id, decisions=decisions, by=by or self.supervisor
        )

    def publish(
        self,
        report_id: UUID,
        decisions: Sequence[PhotoDecision] = (),
        *,
        text: str | None = "井盖没了",
        answer: str | None = None,
        reason: str | None = None,
        by: Principal | None = None,
        covering_id: UUID | None = None,
        seen_number: int | None = None,
        call: Call | None = None,
    ) -> Publication:
        """Publish a report."""
        return publishing.publish(
            self.session,
            self.store,
            report_id=report_id,
            text=text,
            answer=answer,
            photos=self.prepared(report_id, decisions, by),
            reason=reason,
            by=by or self.supervisor,
            now=self.at,
            covering_id=covering_id,
            seen_number=seen_number,
            call=call,
        )

    def cover(self, report_id: UUID) -> UUID:
        """Cover a report's words, and return the covering's id."""
        return reports.cover(
            self.session,
            report_id=report_id,
            text_kind=reports.CoveredText.REPORT,
            text_id=report_id,
            reason="辱骂",
            by=self.supervisor,
            now=self.at,
        ).id

    def take_down(self, report_id: UUID, reason: str = "有人认出", by: Principal | None = None) -> Publication:
        """Take down what was published of a report."""
        return publishing.take_down(
            self.session, report_id=report_id, reason=reason, by=by or self.supervisor, now=self.at
        )

    def numbers(self, wanted: publishing.Wanted | None = None) -> list[str]:
        """Return the numbers of the reports that anybody may find."""
        found = publishing.public_reports(self.session, wanted=wanted or publishing.Wanted(), now=self.at, limit=100)
        return [each.report.number for each in found.items]

    def number(self, report_id: UUID) -> str:
        """Return a report's number."""
        return reports.numbers_of(self.session, [report_id])[report_id]
