"""What the public sees of the demo's reports: some were looked at, and a photo has a box over a plate."""

from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select

import publishing
import reports
from demo.crowd import ReportStaff
from demo.scene import Scene
from people import Grant, Principal, Role
from photos import Box, PhotoStore, clean_photo
from publishing import PUBLISHABLE, PhotoDecision
from reports import Report, ReportStatus, may_be_public

_PUBLISHED = 10
_TEXTS = ("路面情况影响通行，请尽快处理。", "附近居民反映多日，希望尽快解决。", "存在安全隐患，过往行人请注意。")
# Where the plate of the drawn car is.
_PLATE = Box(530, 640, 140, 80)


def publish_some(scene: Scene, staff: ReportStaff, store: PhotoStore) -> None:
    """Publish the newest of those that can be, in the words of an officer; the first open one gets a photo."""
    query = (
        select(Report)
        .where(Report.status.in_(PUBLISHABLE), may_be_public())
        .order_by(Report.submitted_at.desc(), Report.id.desc())
        .limit(_PUBLISHED)
    )
    found = list(scene.session.scalars(query))
    pictured = next((each for each in found if _takes_photos(each)), None)
    for number, report in enumerate(found):
        decisions = [_photographed(scene, store, report)] if report is pictured else []
        supervisor = staff.of_unit(report.unit_code).supervisor
        photos = publishing.prepare(scene.session, store, report_id=report.id, decisions=decisions, by=supervisor)
        publishing.publish(
            scene.session,
            store,
            report_id=report.id,
            text=_TEXTS[number % len(_TEXTS)],
            answer=reports.what_was_done(reports.steps_of(scene.session, report.id)),
            photos=photos,
            reason=None,
            by=supervisor,
            now=scene.now,
        )


def _takes_photos(report: Report) -> bool:
    return report.resident_id is not None and report.status is not ReportStatus.CLOSED


def _photographed(scene: Scene, store: PhotoStore, report: Report) -> PhotoDecision:
    """Let the reporter add a photo, and return that it is shown without the plate."""
    by = Principal(
        actor=f"resident:{report.resident_id.hex}" if report.resident_id else "",
        grants=(Grant(Role.RESIDENT),),
        name="",
        resident_id=report.resident_id,
    )
    [photo] = reports.add_photos(
        scene.session, store, report_id=report.id, pictures=[clean_photo(_drawn())], by=by, now=scene.now
    )
    return PhotoDecision(photo.id, is_shown=True, boxes=(_PLATE,))


def _drawn() -> bytes:
    """Return a picture of a street with a car, a hole in front of it, and a plate that nobody is to read."""
    picture = Image.new("RGB", (800, 600), "#bcd3e6")
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((0, 300, 800, 600), fill="#6d6f72")
    pencil.polygon([(0, 300), (220, 180), (420, 300)], fill="#7f9a6b")
    for left in range(20, 800, 160):
        pencil.rectangle((left, 548, left + 90, 560), fill="#f0eee2")
    pencil.rounded_rectangle((330, 250, 620, 450), radius=40, fill="#a13c32")
    pencil.rounded_rectangle((370, 270, 580, 340), radius=20, fill="#dbe7ee")
    for left in (360, 540):
        pencil.ellipse((left, 410, left + 70, 480), fill="#1c1c1c")
    pencil.rectangle((430, 390, 530, 425), fill="#2456a6")
    pencil.text((445, 400), "M 12345", fill="white")
    pencil.ellipse((90, 430, 280, 520), fill="#17181a", outline="#d9c24a", width=6)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
