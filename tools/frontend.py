"""Copies what the pages load out of node_modules to web/static/vendor, so that our own host serves all of it.

It runs at set-up, before anything is installed that it could import: standard library only.
"""

import re
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = CHECKOUT / "node_modules"
STATIC = CHECKOUT / "web" / "static"
VENDOR = STATIC / "vendor"

# package -> file in it -> name under web/static/vendor
FILES = {
    "@picocss/pico": {
        "css/pico.classless.min.css": "pico.classless.min.css",
    },
    "barcode-detector": {"dist/iife/polyfill.js": "barcode-detector.js"},
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js"},
    # Its pictures are left out: our pins are icons of ours, and there is one layer only.
    "leaflet": {"dist/leaflet.js": "leaflet.js", "dist/leaflet.css": "leaflet.css"},
    "swagger-ui-dist": {
        "swagger-ui-bundle.js": "swagger-ui-bundle.js",
        "swagger-ui.css": "swagger-ui.css",
    },
    # The polyfill's decoder; it comes with barcode-detector in the version that fits.
    "zxing-wasm": {"dist/reader/zxing_reader.wasm": "zxing_reader.wasm"},
}
ICON_PACKAGE = "bootstrap-icons"
ICON_SPRITE = PACKAGES / ICON_PACKAGE / "bootstrap-icons.svg"
ICON_NAMES = STATIC / "icons.txt"
SYMBOL = re.compile(r'<symbol [^>]*?viewBox="(?P<box>[^"]+)" id="(?P<id>[^"]+)">(?P<drawing>.*?)</symbol>', re.DOTALL)


def main() -> None:
    """Make web/static/vendor anew."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    licences = VENDOR / "licences"
    licences.mkdir(parents=True)
    for package, files in FILES.items():
        for source, name in files.items():
            shutil.copyfile(PACKAGES / package / source, VENDOR / name)
    for package in (*FILES, ICON_PACKAGE):
        licence = next((PACKAGES / package).glob("LICENSE*"))
        shutil.copyfile(licence, licences / f"{package.removeprefix('@').replace('/', '-')}.txt")
    (VENDOR / "icons.svg").write_text(icons(wanted_icons()), encoding="utf-8")


def wanted_icons() -> list[str]:
    """Return the names in icons.txt, one a line; `#` begins a comment."""
    lines = ICON_NAMES.read_text(encoding="utf-8").splitlines() if ICON_NAMES.exists() else []
    return sorted({name for line in lines if (name := line.partition("#")[0].strip())})


def icons(names: list[str]) -> str:
    """Return a sprite of only these icons; a page shows one by `<use href=".../icons.svg#NAME">`.

    Raises:
        SystemExit: the package has no icon of that name.
    """
    drawings = {found["id"]: found for found in SYMBOL.finditer(ICON_SPRITE.read_text(encoding="utf-8"))}
    if missing := [name for name in names if name not in drawings]:
        raise SystemExit(f"{ICON_NAMES.name} names icons that {ICON_PACKAGE} lacks: {', '.join(missing)}")
    symbols = [
        f'<symbol id="{found["id"]}" viewBox="{found["box"]}" fill="currentColor">{found["drawing"]}</symbol>'
        for found in map(drawings.__getitem__, names)
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


if __name__ == "__main__":
    main()
