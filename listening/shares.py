"""The three rates as shares of what was counted, so that whoever has the counts can work them out again."""


class Shares:
    """Something with the counts of `UnitRates`; each rate is None where nobody is in its denominator."""

    @property
    def response_rate(self) -> float | None:
        """The share that was responded to in time of what had to be."""
        return _share(self, "responded", "response_due")

    @property
    def resolution_rate(self) -> float | None:
        """The share that is resolved of the sample of which it is known."""
        return _share(self, "resolved", "resolution_known")

    @property
    def satisfaction(self) -> float | None:
        """The share of those who are satisfied among all who said so or not."""
        return _share(self, "satisfied", "rated")


def _share(counts: object, part: str, whole: str) -> float | None:
    of: int = getattr(counts, whole)
    some: int = getattr(counts, part)
    return some / of if of else None
