"""Where the demo's reports are: made-up positions in the plain around 永济, each place in a spot of its own."""

from demo.chances import chance_of

# Degrees: the middle of the county, and how far its places and what is seen in one lie apart.
_MIDDLE = (34.867, 110.448)
_PLACES_APART = 0.07
_SEEN_APART = 0.004


class Places:
    """Gives out positions, those of one place near each other. It draws on no other chance than its own."""

    def __init__(self) -> None:
        self._chance = chance_of("places")

    def position(self, unit_code: str) -> tuple[float, float] | tuple[None, None]:
        """Return a position in a unit's place, north and east; none for one report of four."""
        if self._chance.random() < 0.25:
            return None, None
        spot = chance_of(unit_code)
        latitude, longitude = (each + spot.uniform(-_PLACES_APART, _PLACES_APART) for each in _MIDDLE)
        return (
            round(latitude + self._chance.gauss(0, _SEEN_APART), 5),
            round(longitude + self._chance.gauss(0, _SEEN_APART), 5),
        )
