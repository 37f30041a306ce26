"""Maps: tiles only from the address that the installation names, and none by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.pages.browser import browser_of
from tests.web.reporting import publish_packaged
from tests.web.world import World
from web import Settings, create_app
from web.extensions import db
from web.settings import SettingError, settings_from_environment

TILES = "https://tiles.example:8443/wmts?z={z}&x={x}&y={y}&tk=key"


def images_of(world: World) -> str:
    """Return from where pages may load pictures."""
    policy = world.app.test_client().get("/health/live").headers["Content-Security-Policy"]
    return dict(part.split(" ", 1) for part in policy.split("; "))["img-src"]


def test_by_itself_no_address_outside_is_touched(world: World) -> None:
    publish_packaged(world)
    page = browser_of(world, world.resident()).get("/me/reports/new").text

    assert images_of(world) == "'self' data:"
    assert 'data-tiles=""' in page
    assert 'data-centre="34.86700,110.44800"' in page


def test_tiles_are_loaded_from_the_origin_of_the_address_and_from_nowhere_else(
    world: World, settings: Settings
) -> None:
    chosen = replace(settings, map_tiles=TILES, map_attribution="© <b>Tiles</b>", map_centre=(35.0, 111.0))
    other = World(create_app(chosen), world.clock)
    publish_packaged(other)
    page = browser_of(other, other.resident()).get("/me/reports/new").text
    told = other.app.test_client().get("/about/data").text
    with other.app.app_context():
        db.engine.dispose()

    assert images_of(other) == "'self' data: https://tiles.example:8443"
    assert 'data-tiles="https://tiles.example:8443/wmts?z={z}&amp;x={x}&amp;y={y}&amp;tk=key"' in page
    assert 'data-attribution="© &lt;b&gt;Tiles&lt;/b&gt;"' in page
    assert "tiles.example" in told
    assert 'data-centre="35.00000,111.00000"' in page


def test_the_environment_says_how_maps_look(tmp_path: Path) -> None:
    here = {"INSTANCE_DIR": str(tmp_path)}
    settings = settings_from_environment(
        here | {"MAP_TILES": f" {TILES} ", "MAP_ATTRIBUTION": "天地图", "MAP_CENTRE": "-35.5, 111"}
    )

    assert (settings.map_tiles, settings.map_attribution, settings.map_centre) == (TILES, "天地图", (-35.5, 111.0))
    unset = settings_from_environment(here)
    assert (unset.map_tiles, unset.map_attribution, unset.map_centre) == ("", "", (34.867, 110.448))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAP_TILES", "tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "https://tiles.example/{z}/{x}.png"),
        ("MAP_TILES", "https://{s}.tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "https://user:password@tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "https://tiles.example; script-src */{z}/{x}/{y}.png"),
        ("MAP_TILES", "javascript:alert({z}{x}{y})"),
        ("MAP_CENTRE", "34.8"),
        ("MAP_CENTRE", "34.8,110.4,5"),
        ("MAP_CENTRE", "91,110"),
        ("MAP_CENTRE", "nan,110"),
        ("MAP_CENTRE", "north,east"),
    ],
)
def test_what_is_no_address_of_tiles_and_no_place_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        settings_from_environment({"INSTANCE_DIR": str(tmp_path), name: value})
