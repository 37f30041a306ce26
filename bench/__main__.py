"""`python -m bench [CASE ...]`: one JSON line a case, ours beside the limit; exit 1 where a floor is not reached."""

import argparse

from bench import http, posting, racing, reading, redeeming, worlds
from bench.racing import Case

CASES = ("post_1", "post_100", "redeem", "balance", "statement", "http_redeem")


def main() -> None:
    """Run the cases named on the command line, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"some of: {', '.join(CASES)}")
    parser.add_argument("--db", choices=("postgresql", "sqlite"), help="only this kind of database")
    arguments = parser.parse_args()
    asked = arguments.cases or list(CASES)
    unknown = set(asked) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    with worlds.databases() as urls:
        chosen = {db: url for db, url in urls.items() if arguments.db in (None, db)}
        for url in chosen.values():
            worlds.furnish(url)
        for name in asked:
            for db, url in chosen.items():
                _run(name, db, url)


def _run(name: str, db: str, url: str) -> None:
    if name in ("post_1", "post_100"):
        ours, limit = (
            (posting.ours_one, posting.limit_one) if name == "post_1" else (posting.ours_list, posting.limit_list)
        )
        floor = 0.5 if name == "post_1" else 0.4
        for clients in (1, 8):
            racing.run(Case(name, db, clients, ours, limit, floor, "entries/s"), url)
    elif name in ("balance", "statement"):
        _run_reads(name, db, url)
    elif db == "postgresql":
        worlds.furnish_shops(url)
        if name == "redeem":
            for clients in (1, 8):
                racing.run(Case(name, db, clients, redeeming.ours, redeeming.limit, 0.35, "redemptions/s"), url)
        else:
            http.run(url)


def _run_reads(name: str, db: str, url: str) -> None:
    rates = {}
    for postings in (reading.SHORT, reading.LONG):
        reading.write_history(url, postings)
        ours, limit = (reading.balance if name == "balance" else reading.statement)(postings)
        rates[postings], _ = racing.run(Case(f"{name}_{postings}", db, 1, ours, limit, 0.5, "reads/s"), url)
    racing.report(
        case=f"{name}_flat",
        db=db,
        clients=1,
        ours=rates[reading.LONG],
        limit=rates[reading.SHORT],
        ratio=rates[reading.LONG] / rates[reading.SHORT],
        floor=1 / 1.2,
        unit="reads/s after 10^6 postings, beside 10^3",
    )


if __name__ == "__main__":
    main()
