"""A community with something of everything, and each POST of the API with a body that is right."""

import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from ledger.model import JournalEntry, Posting
from people import Role
from reports import CallState, ReportStatus
from tests.web.api.payment_posts import PAYMENT_POSTS
from tests.web.api.report_posts import REPORT_POSTS
from tests.web.api.routes import REASON, Route
from tests.web.applying import APPLICATION_POSTS, applications_named
from tests.web.reporting import Desk
from tests.web.settling import SETTLEMENT_POSTS, settlements_named
from tests.web.suspecting import SUSPICION_POSTS, suspicions_named
from tests.web.tilling import TILL_POSTS, tills_named
from tests.web.world import VILLAGE, World

MONEY = {"amount": 10, "document": "Doc"}
ROUTES = (
    Route("/residents", "administrator", {"name": "张三", "phone": "13800001234", "unit": VILLAGE}),
    Route(
        "/residents/search",
        "administrator",
        {"text": "张", "limit": 5, "cursor": "00000000-0000-0000-0000-000000000000"},
        optional=frozenset({"limit", "cursor"}),
    ),
    Route("/units", "administrator", {"code": "G1", "parent": VILLAGE, "level": "grid", "name": "Grid"}),
    Route("/funds", "administrator", {"code": "new", "name": "n", "purpose": "p", "expiry_rule": "never"}),
    Route("/funds/peace/appropriations", "finance", MONEY),
    Route("/funds/peace/returns", "finance", MONEY),
    Route("/funds/peace/transfers", "finance", {**MONEY, "to": "school"}),
    Route("/awards", "administrator", {"resident_id": "RESIDENT", "fund": "peace", "amount": 10, "reason": "r"}),
    Route(
        "/awards/batches",
        "administrator",
        {"fund": "peace", "reason": "r", "items": [{"resident_id": "RESIDENT", "amount": 10}]},
    ),
    Route("/awards/AWARD/claw-back", "administrator", REASON),
    Route(
        "/tariffs",
        "administrator",
        {"category": "C0103", "fund": "peace", "amount": 10, "on_acceptance_percent": 40, "from": "2026-06-01"},
        optional=frozenset({"from"}),
    ),
    Route("/merchants", "administrator", {"code": "M09", "name": "n", "category": "c"}),
    Route(
        "/merchants/M01/namings",
        "administrator",
        {"class": "A", "from": "2026-01-01", "until": "2026-12-31", "document": "d", "funds": ["peace"]},
    ),
    Route("/merchants/M01/namings/suspension", "administrator", REASON),
    Route("/merchants/M01/namings/reinstatement", "administrator", REASON),
    Route("/merchants/M01/namings/revocation", "administrator", REASON),
    *(Route(path, role, body, optional) for path, role, body, optional in APPLICATION_POSTS),
    Route("/payment-codes", "resident", {"pin": "1234"}),
    Route("/code-blocks", "resident", {}),
    Route("/code-blocks/lift", "resident", {}),
    Route(
        "/redemptions",
        "till",
        {"code": "CODE", "amount": 10, "order_no": "1", "cash_amount": 0, "confirm_duplicate": False, "pin": "1"},
    ),
    Route("/redemptions/PAYMENT/refunds", "owner", {"amount": 10, "reason": "r"}),
    *(Route(path, role, body, optional) for path, role, body, optional in PAYMENT_POSTS),
    Route("/books/entries/ENTRY/reversal", "colleague", REASON),
    Route(
        "/awards/SPENT/forced-corrections",
        "administrator",
        {"amount": 10, "reason": "r"},
        optional=frozenset({"amount"}),
    ),
    Route("/forced-corrections/CORRECTION/approval", "approver", {"decision": "approve", "note": "n"}),
    Route("/residents/DEBTOR/waivers", "administrator", {"fund": "peace", "amount": 10, "reason": "r"}),
    Route("/waivers/WAIVER/approval", "approver", {"decision": "reject", "note": "n"}),
    Route("/residents/DEBTOR/repayments", "finance", {**MONEY, "fund": "peace"}),
    Route("/residents/DEBTOR/offsets", "finance", {"fund": "peace", "amount": 10, "consent": "c"}),
    Route("/merchants/M01/repayments", "finance", {**MONEY, "fund": "peace"}),
    Route("/residents/RESIDENT/closure", "administrator", REASON),
    Route("/residents/RESIDENT/merger", "administrator", {**REASON, "into": "NUMBER"}),
    Route("/merchants/M01/closure", "administrator", REASON),
    *(Route(path, "finance", body) for path, body in SETTLEMENT_POSTS),
    *(Route(path, role, body) for path, role, body in SUSPICION_POSTS),
    *(Route(path, role, body, optional) for path, role, body, optional in TILL_POSTS),
    *REPORT_POSTS,
)
# How far calls have come, in words of which none is part of another.
STATES = {"seen": "acknowledged", "answered": "handled"}
OPTIONAL = {"pin", "cash_amount", "confirm_duplicate", "funds", "expiry_rule", "note", "consent"}


class Community:
    """What the routes name, made when it is named, and the keys of those who may use them."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.fund("peace")
        world.fund("school")
        self.desk = Desk(world)
        resident, shop = world.resident(balance=1_000), world.shop("M01")
        self.shop = shop
        award = world.award(resident.id, 500)
        self.shop = shop
        self.keys = {
            "administrator": world.administrator,
            "approver": world.key(Role.APPROVER),
            "finance": world.finance,
            "colleague": world.key(Role.FINANCE, name="Colleague"),
            "resident": resident.key,
            "till": shop.till,
            "owner": shop.owner,
        }
        self.names = {
            "RESIDENT": str(resident.id),
            "CODE": world.payment_code(resident),
            "AWARD": str(award.id),
            "ENTRY": str(award.entry_id),
            "PAYMENT": str(world.paid(shop, resident, 100)["id"]),
        }

    def make_owing(self) -> None:
        """Let somebody owe what was spent and taken back, with a correction and a waiver that wait."""
        debtor = self.world.resident()
        spent = self.world.award(debtor.id, 900)
        self.world.paid(self.shop, debtor, 900)
        self.names |= {"DEBTOR": str(debtor.id), "NUMBER": debtor.number, "SPENT": str(spent.id)}
        corrections, waivers = f"/awards/{spent.id}/forced-corrections", f"/residents/{debtor.id}/waivers"
        owed = self.asked(corrections, {"amount": 600, **REASON})
        approval = Route(f"/forced-corrections/{owed}/approval", "approver", {"decision": "approve"})
        assert self.post(approval, json.dumps(approval.body).encode()).status_code == 201
        self.names |= {
            "CORRECTION": self.asked(corrections, {"amount": 200, **REASON}),
            "WAIVER": self.asked(waivers, {"fund": "peace", "amount": 100, **REASON}),
        }

    def make_papers(self) -> None:
        """Print a card and a sheet for a resident."""
        path = f"/residents/{self.world.resident(balance=100).id}"
        for name, what, body in (("CARD", "cards", {}), ("SHEET", "code-sheets", {"count": 2, "worth": 10})):
            made = self.world.post(f"{path}/{what}", body, self.world.administrator)
            self.names[name] = str(made.get_json()["id"])

    def make_webhook(self) -> None:
        """Register an address of the shop, with a message to it."""
        hooks, hook = "/merchants/M01/webhooks", {"url": "https://a.example/", "events": ["refund.completed"]}
        self.names["WEBHOOK"] = self.world.post(hooks, hook, self.shop.owner).get_json()["id"]
        made = self.world.post(f"{hooks}/{self.names['WEBHOOK']}/test", {}, self.shop.owner)
        self.names["MESSAGE"] = made.get_json()["id"]

    def make_neighbour(self) -> None:
        """Register another resident."""
        self.names["NEIGHBOUR"] = str(self.world.resident().id)

    def make_order(self) -> None:
        """Let the shop's till ask for an amount."""
        made = self.world.post("/orders", {"amount": 10, "order_no": "O-1"}, self.shop.till)
        self.names["WAITS"] = str(made.get_json()["id"])

    def report(self, state: str) -> str:
        """Return the id of a new report in a state: a status, or with something asked about it."""
        asked = {"postponed": ("postponement", {"due_on": "2026-07-01", **REASON}), "doubted": ("withdrawal", REASON)}
        if state in asked:
            report_id = self.desk.brought_to(ReportStatus.DISPATCHED)
            name, body = asked[state]
            self.desk.step(report_id, name, "supervisor", **body)
            return report_id
        if state in {"confidential", "secret", "refused", "disputed", "joint"}:
            return self.not_accepted(state)
        if state == "followed":
            report_id = self.desk.brought_to(ReportStatus.ACCEPTED)
            self.names["WITNESS"] = self.desk.step(report_id, "joins", "neighbour", evidence="e")["id"]
            return report_id
        if state == "ordered":
            report_id = self.desk.brought_to(ReportStatus.DISPATCHED)
            self.names["DEMAND"] = self.desk.step(report_id, "orders", "supervisor", due_on="2026-06-02", text="t")[
                "id"
            ]
            return report_id
        if state == "published":
            report_id = self.desk.brought_to(ReportStatus.ACCEPTED)
            self.desk.step(report_id, "publications", "supervisor", text="t", photos=[])
            return report_id
        if state in {"called", "seen", "answered"}:
            report_id, [call_id] = self.desk.called(CallState(STATES.get(state, state)), "140881-D01")
            self.names[f"CALL-{state.upper()}"] = call_id
            return report_id
        return self.desk.brought_to(ReportStatus(state))

    def not_accepted(self, state: str) -> str:
        """Return the id of a new report that nobody has accepted, in a state."""
        if state == "joint":
            return str(self.desk.sent_in(joint_with=[str(self.desk.neighbour.id)])["id"])
        report_id = str(self.desk.sent_in(confidential=state in {"confidential", "secret"})["id"])
        if state == "secret":
            self.desk.step(report_id, "unmasking", "supervisor", **REASON)
        if state in {"refused", "disputed"}:
            self.desk.step(report_id, "rejection", "supervisor", **REASON)
        if state == "disputed":
            made = self.desk.step(report_id, "appeals", "resident", subject="rejection", **REASON)
            self.names["OBJECTION"] = made["id"]
        return report_id

    def key(self, role: str) -> str:
        """Return the key of whoever plays a role."""
        if role in self.keys:
            return self.keys[role]
        return self.desk.keys["resident" if role == "reporter" else role]

    def asked(self, path: str, body: dict[str, Any]) -> str:
        """Ask for what another person decides, and return its id."""
        answer = self.post(Route(path, "administrator", body), json.dumps(body).encode())
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def named(self, text: str) -> str:
        """Return a text with the names of things in it replaced by their ids; reports are made when they are named."""
        for name, make in MADE_WHEN_NAMED.items():
            if name in text and name not in self.names:
                make(self)
        for name in re.findall(r"REPORT-[A-Z]+", text):
            if name not in self.names:
                self.names[name] = self.report(name.removeprefix("REPORT-").lower())
        if "NOTICE" in text and "NOTICE" not in self.names:
            self.desk.brought_to(ReportStatus.ACCEPTED)
            self.names["NOTICE"] = self.world.get("/notices", self.key("reporter")).get_json()["items"][0]["id"]
        if "TO-CALL" in text and "TO-CALL" not in self.names:
            self.names["TO-CALL"] = self.desk.to_call(self.desk.brought_to(ReportStatus.CLOSED))
        self.names |= applications_named(self.world, text, self.names)
        self.names |= settlements_named(self.world, text, self.keys, self.names)
        self.names |= tills_named(self.world, text, self.keys, self.names)
        self.names |= suspicions_named(self.world, self.shop, self.keys, text, self.names)
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def post(self, route: Route, data: bytes, **headers: str) -> Any:
        """Send a body to a route as somebody who may."""
        return self.world.post(self.named(route.path), data, self.key(route.role), **headers)

    def body(self, route: Route) -> dict[str, Any]:
        """Return a body that is right."""
        right: dict[str, Any] = json.loads(self.named(json.dumps(route.body)))
        return right

    def books(self) -> tuple[int, int]:
        """Return how many entries and postings there are: nothing is booked without another one."""
        return self.world.seen(
            lambda session: (
                session.scalar(select(func.count()).select_from(JournalEntry)) or 0,
                session.scalar(select(func.count()).select_from(Posting)) or 0,
            )
        )


# Few routes name these, and they take longer than most answers.
MADE_WHEN_NAMED: dict[str, Callable[[Community], None]] = {
    **dict.fromkeys(("DEBTOR", "NUMBER", "SPENT", "CORRECTION", "WAIVER"), Community.make_owing),
    **dict.fromkeys(("CARD", "SHEET"), Community.make_papers),
    **dict.fromkeys(("WEBHOOK", "MESSAGE"), Community.make_webhook),
    "NEIGHBOUR": Community.make_neighbour,
    "WAITS": Community.make_order,
}
