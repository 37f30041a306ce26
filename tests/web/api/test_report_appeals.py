"""Appeals, coverings and joint reports over HTTP: who may, who reads what, and what is refused in which words."""

from typing import Any

from people import Role
from reports import ReportStatus
from tests.web.reporting import Desk
from tests.web.world import TOWN, problem


def rejected(desk: Desk, kind: str = "other") -> str:
    report_id = str(desk.sent_in()["id"])
    desk.step(report_id, "rejection", "supervisor", reason="看不清", kind=kind)
    return report_id


def seen(desk: Desk, report_id: str, who: str) -> dict[str, Any]:
    answer = desk.world.get(f"/reports/{report_id}", desk.keys[who])
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_a_rejection_has_a_kind_that_its_reporter_reads(desk: Desk) -> None:
    report_id = rejected(desk, "known_already")
    assert seen(desk, report_id, "resident")["history"][-1]["kind"] == "known_already"
    without = str(desk.sent_in()["id"])
    assert desk.step(without, "rejection", "supervisor", reason="x")["history"][-1]["kind"] == "other"


def test_an_appeal_is_told_waits_and_brings_the_report_back(desk: Desk) -> None:
    report_id = rejected(desk)
    [offered] = seen(desk, report_id, "resident")["appealable"]
    assert (offered["subject"], offered["last_on"]) == ("rejection", "2026-06-16")
    made = desk.step(report_id, "appeals", "resident", subject="rejection", reason="看得清")
    assert made["upheld"] is None
    assert seen(desk, report_id, "resident")["appealable"] == []
    waiting = [
        desk.world.get("/appeals", desk.keys[who]).get_json()["items"] for who in ("supervisor", "other_supervisor")
    ]
    assert waiting == [[], [made]]
    path = f"appeals/{made['id']}/decision"
    answer = desk.world.post(
        f"/reports/{report_id}/{path}", {"decision": "uphold", "reason": "x"}, desk.keys["supervisor"]
    )
    assert problem(answer) == (403, "same_person")
    decided = desk.step(report_id, path, "other_supervisor", decision="uphold", reason="确实看得清")
    assert (decided["upheld"], decided["note"]) == (True, "确实看得清")
    report = seen(desk, report_id, "resident")
    assert (report["status"], report["history"][-1]["step"]) == ("submitted", "restoration")
    assert [each["upheld"] for each in report["appeals"]] == [True]


def test_appeals_are_refused_with_the_reason(desk: Desk) -> None:
    report_id, body = rejected(desk), {"subject": "rejection", "reason": "x"}
    path = f"/reports/{report_id}/appeals"
    assert problem(desk.world.post(path, body, None)) == (401, "unauthenticated")
    assert problem(desk.world.post(path, body, desk.keys["supervisor"])) == (403, "forbidden")
    assert problem(desk.world.post(path, body, desk.keys["neighbour"])) == (404, "report_unknown")
    other = {**body, "subject": "withdrawal"}
    assert problem(desk.world.post(path, other, desk.keys["resident"])) == (409, "nothing_to_appeal")
    first = desk.world.post(path, body, desk.keys["resident"], call="same")
    again = desk.world.post(path, body, desk.keys["resident"], call="same")
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert first.get_json() == again.get_json()
    assert problem(desk.world.post(path, body, desk.keys["resident"])) == (409, "appealed_already")
    late = rejected(desk)
    desk.world.clock.pass_by(days=16)
    answer = desk.world.post(f"/reports/{late}/appeals", body, desk.keys["resident"])
    assert (problem(answer), answer.get_json()["last_on"]) == ((409, "appeal_closed"), "2026-06-16")


def test_whoever_has_no_name_appeals_with_the_code(desk: Desk) -> None:
    made = desk.sent_in(anonymous=True)
    desk.step(made["id"], "rejection", "supervisor", reason="x", kind="not_ours")
    answer = desk.world.post(
        f"/reports/{made['id']}/appeals",
        {"subject": "rejection", "reason": "y"},
        None,
        **{"Claim-Code": made["claim_code"]},
    )
    assert answer.status_code == 201, answer.text
    assert answer.get_json()["appealed_at"].endswith("T16:00:00Z")


def test_a_covered_text_is_read_by_its_author_and_opened_by_supervisors(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    rating = desk.step(report_id, "rating", "resident", stars=1, note="一群饭桶")
    made = desk.step(report_id, "coverings", "supervisor", text="report", reason="辱骂")
    of_rating = desk.step(report_id, "coverings", "supervisor", text="rating", text_id=rating["id"], reason="辱骂")
    for who, description, note in (
        ("resident", "井盖没了", "一群饭桶"),
        ("supervisor", None, None),
        ("handler", None, None),
    ):
        report = seen(desk, report_id, who)
        assert (report["description"], report["covered"]) == (description, "辱骂")
        [told] = desk.world.get(f"/reports/{report_id}/ratings", desk.keys[who]).get_json()["items"]
        assert (told["note"], told["covered"], told["stars"]) == (note, "辱骂", 1)
    [listed] = desk.world.get("/reports", desk.keys["handler"]).get_json()["items"]
    assert (listed["description"], listed["covered"]) == (None, "辱骂")
    path = f"/reports/{report_id}/coverings/"
    assert desk.world.get(path + made["id"], desk.keys["supervisor"]).get_json()["words"] == "井盖没了"
    assert desk.world.get(path + of_rating["id"], desk.keys["supervisor"]).get_json()["words"] == "一群饭桶"
    assert problem(desk.world.get(path + made["id"], desk.keys["handler"])) == (403, "forbidden")
    elsewhere = desk.world.key(Role.SUPERVISOR, name="Elsewhere", unit_code="140881002")
    assert problem(desk.world.get(path + made["id"], elsewhere)) == (404, "report_unknown")


def test_what_others_add_is_covered_too(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    joined = desk.step(report_id, "joins", "neighbour", evidence="懒")
    body = {"text": "join", "reason": "辱骂"}
    answer = desk.world.post(f"/reports/{report_id}/coverings", body, desk.keys["supervisor"])
    assert problem(answer) == (404, "text_unknown")
    desk.step(report_id, "coverings", "supervisor", text_id=joined["id"], **body)
    assert [each["evidence"] for each in seen(desk, report_id, "supervisor")["joins"]] == [None]
    assert [each["evidence"] for each in seen(desk, report_id, "neighbour")["joins"]] == ["懒"]
    answer = desk.world.post(
        f"/reports/{report_id}/coverings", {**body, "text_id": joined["id"]}, desk.keys["supervisor"]
    )
    assert problem(answer) == (409, "text_covered")


def test_what_somebody_says_of_their_own_words_is_not_the_reporters_to_read(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    joined = desk.step(report_id, "joins", "neighbour", evidence="懒")
    desk.step(report_id, "coverings", "supervisor", text="join", text_id=joined["id"], reason="辱骂")
    made = desk.step(report_id, "appeals", "neighbour", subject="covering", reason="我只说懒")
    assert seen(desk, report_id, "neighbour")["appeals"] == [made]
    assert seen(desk, report_id, "resident")["appeals"] == []
    assert seen(desk, report_id, "supervisor")["appeals"] == [made]


def test_who_reports_together_is_told_by_number_only(desk: Desk) -> None:
    made = desk.sent_in(joint_with=[str(desk.neighbour.id)])
    assert made["together"] == {"asked": 1, "confirmed": 0, "mine": None}
    answered = desk.step(made["id"], "together", "neighbour", decision="confirm")
    assert answered["together"] == {"asked": 1, "confirmed": 1, "mine": True}
    assert answered["resident_id"] is None
    answer = desk.world.post(f"/reports/{made['id']}/together", {"decision": "decline"}, desk.keys["neighbour"])
    assert problem(answer) == (409, "step_not_now")
    answer = desk.world.post(f"/reports/{made['id']}/together", {"decision": "confirm"}, desk.keys["resident"])
    assert problem(answer) == (404, "nobody_asked")


def test_who_cannot_report_together_is_said(desk: Desk) -> None:
    body = {"category": "C0103", "description": "d", "unit": "140881001001"}
    for others, status in (
        ({"joint_with": [str(desk.reporter.id)]}, (422, "invalid_fields")),
        ({"joint_with": [str(desk.neighbour.id)], "confidential": True}, (422, "invalid_fields")),
        ({"joint_with": [str(desk.neighbour.id)], "anonymous": True}, (422, "invalid_fields")),
        ({"joint_with": ["000000000"]}, (404, "resident_unknown")),
        ({"joint_with": [str(desk.neighbour.id)] * 10}, (422, "invalid_fields")),
    ):
        assert problem(desk.world.post("/reports", {**body, **others}, desk.keys["resident"])) == status
    assert TOWN


def test_what_the_public_does_not_see_is_appealed_against_and_decided_anew(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    withheld = desk.step(report_id, "publications", "supervisor", text=None, photos=[], reason="全是人名")
    [offered] = seen(desk, report_id, "resident")["appealable"]
    assert offered == {"subject": "publication", "subject_id": withheld["id"], "last_on": "2026-06-16"}
    made = desk.step(report_id, "appeals", "resident", subject="publication", reason="没有人名")
    path = f"appeals/{made['id']}/decision"
    body = {"decision": "uphold", "reason": "可以公开"}
    own = desk.world.post(f"/reports/{report_id}/{path}", body, desk.keys["supervisor"])
    assert problem(own) == (403, "same_person")
    assert desk.step(report_id, path, "other_supervisor", **body)["upheld"] is True
    assert seen(desk, report_id, "resident")["status"] == "accepted"
    desk.step(report_id, "publications", "other_supervisor", text="井盖没了", photos=[])
    again = desk.world.post(
        f"/reports/{report_id}/appeals", {"subject": "publication", "reason": "x"}, desk.keys["resident"]
    )
    assert problem(again) == (409, "nothing_to_appeal")


def test_who_has_no_name_appeals_by_the_code_against_what_is_not_shown(desk: Desk) -> None:
    made = desk.sent_in(anonymous=True)
    desk.step(made["id"], "acceptance", "supervisor", severity="normal")
    desk.step(made["id"], "publications", "supervisor", text=None, photos=[], reason="能认出人")
    body = {"subject": "publication", "reason": "认不出"}
    path, code = f"/reports/{made['id']}/appeals", {"Claim-Code": made["claim_code"]}
    assert desk.world.post(path, body, None, **code).status_code == 201
    assert problem(desk.world.post(path, body, None, **code)) == (409, "appealed_already")
