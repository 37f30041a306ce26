"""What an entry costs when the books are short and when they are very long: it must stay the same."""

from bench import posting, proving, racing, worlds
from bench.racing import Case

SHORT, LONG = 10**4, 10**7
TIMES_MAX = 1.2


def run(url: str) -> bool:
    """Post with eight clients after 10^4 and after 10^7 postings; return whether the cost is flat."""
    rates = {}
    for postings in (SHORT, LONG):
        database = worlds.another(url, f"books_{postings}")
        worlds.furnish(database)
        proving.write_history(database, postings // 2)
        case = Case(f"post_1_after_{postings}", "postgresql", 8, posting.ours_one, posting.limit_one, 0.6, "entries/s")
        rates[postings] = racing.run(case, database).ours
    return racing.report(
        case="post_flat",
        db="postgresql",
        clients=8,
        ours=rates[LONG],
        limit=rates[SHORT],
        ratio=rates[LONG] / rates[SHORT],
        floor=1 / TIMES_MAX,
        unit="entries/s after 10^7 postings, beside 10^4",
    )
