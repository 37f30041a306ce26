"""Every list of the API is asked for in one way."""

from tests.web.api.community import Community
from tests.web.world import World, problem


def test_lists_are_asked_for_in_one_way_and_each_refuses_in_the_same_words(world: World) -> None:
    community = Community(world)
    lists = (
        *("/residents", "/units", "/funds", "/funds/peace/movements", "/awards", "/awards/batches", "/merchants"),
        *("/residents/RESIDENT/statement", "/residents/RESIDENT/holds", "/residents/RESIDENT/repayments"),
        *("/redemptions", "/redemptions/PAYMENT/refunds", "/forced-corrections", "/waivers", "/repayments"),
        *(
            "/closures",
            "/merchants/M01/namings",
            "/merchants/M01/namings/renewal-steps",
            "/merchants/M01/history",
            "/merchant-applications",
            "/books/seals",
            "/tariffs",
            "/reports",
            "/award-caps",
            "/settlements",
            "/settlements/TO-PAY/lines",
        ),
        *("/call-backs", "/digests", "/notices", "/merchants/M01/day-closes", "/merchants/M01/day-lines", "/disputes"),
        *("/residents/RESIDENT/cards", "/residents/RESIDENT/code-sheets", "/assistance-caps", "/assisted-payments"),
        *("/report-orders", "/escalations", "/appeals", "/report-limits", "/payment-limits"),
        *("/suspicions", "/suspicion-rules"),
    )
    for path in map(community.named, lists):
        assert world.get(path, world.administrator, limit=1).status_code == 200, path
        for name, values in (
            ("limit", ("0", "201", "05", "+5", "-1", "1_0", "1.0", " 5", "５", "٣", "1e2", "x", "9" * 5_000)),
            ("cursor", ("x y", "no cursor/of ours", "\u202e", "")),
        ):
            for value in values:
                answer = world.get(path, world.administrator, **{name: value})
                assert problem(answer) == (422, "invalid_fields"), (path, name, value)
                assert list(answer.get_json()["errors"]) == [name]
