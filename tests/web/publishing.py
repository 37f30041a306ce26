"""A desk whose reports have photos and are published, by the API."""

import io
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from reports import ReportStatus
from tests.photos.uploads import encoded
from tests.publishing.builders import noise
from tests.web.reporting import Desk

FACE = {"left": 250, "top": 250, "width": 200, "height": 300}
SECRET = "张三，电话13800001234"


class PublishingDesk(Desk):
    """A desk, and short ways to publish what came to it."""

    def add_photo(self, report_id: str, seed: int = 1, who: str = "resident", code: str = "") -> str:
        """Add a photo to a report, as somebody or with the code of one without a name, and return its id."""
        answer = self.world.app.test_client().post(
            f"/api/v1/reports/{report_id}/photos",
            data={"photos": [(io.BytesIO(encoded(noise(seed), "PNG")), "photo.png")]},
            headers={"Claim-Code": code} if code else {"Authorization": f"Bearer {self.keys[who]}"},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["items"][0]["id"])

    def accepted(self, **changes: Any) -> dict[str, Any]:
        """Return a report that was accepted."""
        report = self.sent_in(**changes)
        return self.step(report["id"], "acceptance", "supervisor", severity="normal")

    def published(self, report_id: str, *photos: str, text: str | None = "井盖没了", **more: Any) -> dict[str, Any]:
        """Publish a report with all of these photos shown, a box over each."""
        shown = [{"photo_id": each, "shown": True, "boxes": [FACE]} for each in photos]
        return self.step(report_id, "publications", "supervisor", text=text, photos=shown, **more)

    def with_photo(self, status: ReportStatus = ReportStatus.ACCEPTED) -> tuple[dict[str, Any], str]:
        """Return a report that is published with a photo, and the photo's id."""
        report_id = self.brought_to(status)
        photo_id = self.add_photo(report_id)
        self.published(report_id, photo_id, reason="x")
        return self.world.get(f"/reports/{report_id}", self.keys["supervisor"]).get_json(), photo_id

    def public(self, path: str) -> TestResponse:
        """Open an address as anybody."""
        client = self.world.app.test_client()
        client.set_cookie("language", "en")
        return client.get(path)

    def stored(self) -> list[Path]:
        """Return all files below the folder of the store."""
        folder = self.world.app.extensions["settings"].instance_dir / "photos"
        return [path for path in folder.rglob("*") if path.is_file()]
