"""What maps on pages show: where they begin, and the tiles of the address that an installation may choose."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from web.settings import current_settings


@dataclass(frozen=True, slots=True)
class MapView:
    """A map as pages are told of it: its first centre in degrees (WGS 84), and its tiles; without any, a plain grid."""

    centre: tuple[float, float]
    tiles: str
    attribution: str


def map_view() -> MapView:
    """Return how maps look here."""
    settings = current_settings()
    return MapView(settings.map_centre, settings.map_tiles, settings.map_attribution)


def tile_origins(tiles: str) -> tuple[str, ...]:
    """Return the origins that pages may load tiles from; none without tiles."""
    if not tiles:
        return ()
    parts = urlsplit(tiles)
    return (f"{parts.scheme}://{parts.netloc}",)
