"""`python -m bench [CASE ...]`: one JSON line a case, ours beside the limit; exit 1 where a floor is not reached."""

import argparse

from bench import (
    awarding,
    bringing,
    growing,
    http,
    looking,
    posting,
    proving,
    racing,
    reading,
    redeeming,
    settling,
    worlds,
)
from bench.racing import Case, Contestant

CASES = (
    "post_1",
    "post_100",
    "redeem",
    "redeem_hot",
    "award_100000",
    "balance",
    "statement",
    "http_redeem",
    "http_redeem_guarded",
    "audit",
    "open311_10000",
    "settlement",
)
# Run only when they are named: they take minutes and gigabytes.
LONG_CASES = ("post_flat", "reports_million")


POSTING_FLOORS = {
    ("post_1", "postgresql"): 0.6,
    ("post_100", "postgresql"): 0.5,
    ("post_1", "sqlite"): 0.5,
    ("post_100", "sqlite"): 0.5,
}
# Each on a PostgreSQL database of its own.
OF_THEIR_OWN = {
    "award_100000": awarding.run,
    "audit": proving.run,
    "open311_10000": bringing.run,
    "settlement": settling.run,
    "post_flat": growing.run,
    "reports_million": looking.run,
}


def main() -> None:
    """Run the cases named on the command line, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"some of: {', '.join(CASES + LONG_CASES)}")
    parser.add_argument("--db", choices=("postgresql", "sqlite"), help="only this kind of database")
    arguments = parser.parse_args()
    asked = arguments.cases or list(CASES)
    unknown = set(asked) - {*CASES, *LONG_CASES}
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    with worlds.databases() as urls:
        chosen = {db: url for db, url in urls.items() if arguments.db in (None, db)}
        for db, url in chosen.items():
            worlds.furnish(url)
            if db == "postgresql" and {"redeem", "redeem_hot", "http_redeem", "http_redeem_guarded"} & set(asked):
                worlds.furnish_shops(url)
        reached = [_run(name, db, url) for name in asked if name not in OF_THEIR_OWN for db, url in chosen.items()]
        if "postgresql" in chosen:
            apart = [name for name in asked if name in OF_THEIR_OWN]
            reached += [OF_THEIR_OWN[name](worlds.another(chosen["postgresql"], name)) for name in apart]
    if not all(reached):
        raise SystemExit(1)


def _run(name: str, db: str, url: str) -> bool:
    """Run a case on one database; return whether every floor of it was reached, or there is nothing to measure."""
    if name in ("post_1", "post_100"):
        contestants = (
            (posting.ours_one, posting.limit_one) if name == "post_1" else (posting.ours_list, posting.limit_list)
        )
        return _run_clients(name, db, url, contestants, floor=POSTING_FLOORS[name, db], unit="entries/s")
    if name in ("balance", "statement"):
        return _run_reads(name, db, url)
    if db != "postgresql":
        return True
    if name == "redeem":
        return _run_clients(name, db, url, (redeeming.ours, redeeming.limit), floor=0.4, unit="redemptions/s")
    if name == "redeem_hot":
        return racing.run(
            Case(
                name, db, 8, redeeming.at_one_shop, redeeming.at_many_shops, 0.5, "redemptions/s at 1 shop, beside 50"
            ),
            url,
        ).reached
    return http.run_guarded(url) if name == "http_redeem_guarded" else http.run(url)


def _run_clients(
    name: str, db: str, url: str, contestants: tuple[Contestant, Contestant], *, floor: float, unit: str
) -> bool:
    outcomes = [racing.run(Case(name, db, clients, *contestants, floor, unit), url) for clients in (1, 8)]
    return all(outcome.reached for outcome in outcomes)


def _run_reads(name: str, db: str, url: str) -> bool:
    outcomes = {}
    for postings in (reading.SHORT, reading.LONG):
        reading.write_history(url, postings)
        ours, limit = (reading.balance if name == "balance" else reading.statement)(postings)
        outcomes[postings] = racing.run(Case(f"{name}_{postings}", db, 1, ours, limit, 0.5, "reads/s"), url)
    after_long, after_short = outcomes[reading.LONG].ours, outcomes[reading.SHORT].ours
    flat = racing.report(
        case=f"{name}_flat",
        db=db,
        clients=1,
        ours=after_long,
        limit=after_short,
        ratio=after_long / after_short,
        floor=1 / 1.2,
        unit="reads/s after 10^6 postings, beside 10^3",
    )
    return flat and all(outcome.reached for outcome in outcomes.values())


if __name__ == "__main__":
    main()
