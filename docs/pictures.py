"""Take the pictures of the documentation from the running program: `python docs/pictures.py`; needs Chromium."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
DRAWN_MILLISECONDS = 2500


class Picture(NamedTuple):
    """A page, and how large and in which colours it is taken."""

    page: str
    width: int = 1200
    height: int = 800
    colours: str = "light"


PICTURES = {
    "which-laws.png": Picture("questions/which-laws?lang=en", 1000, 800),
    "pictures/home.png": Picture("?lang=en", 1200, 1000),
    "pictures/home-phone-dark-fr.png": Picture("?lang=fr", 390, 844, "dark"),
    "pictures/search-fr.png": Picture("search?q=Haut+Conseil&lang=fr", 1000, 700),
    "pictures/body.png": Picture("doc/ne/org/anltp-tim?lang=en", 1200, 1100),
    "pictures/instrument-fr.png": Picture("doc/ne/instrument/law-2015-36?lang=fr", 1200, 1000),
    "pictures/network.png": Picture("explore?lang=en", 1300, 900),
    "pictures/connection.png": Picture("explore/connection?from=ANLTP/TIM&to=HCNE&lang=en", 1200, 900),
    "pictures/coverage-fr.png": Picture("explore/coverage?lang=fr", 1200, 900),
    "pictures/ratifications.png": Picture("explore/ratifications?lang=en", 1200, 900),
    "pictures/editor.png": Picture("sparql?question=which-laws&lang=en", 1200, 900),
}


def main() -> None:
    """Serve the graph on a free port and photograph each page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed; on Debian: apt-get install chromium")
    command = [sys.executable, "-m", "mgi_graph", "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = re.search(r"http://\S+/", server.stdout.readline())
        assert address is not None
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for name, picture in PICTURES.items():
                photograph(browser, address[0], picture, HERE / name)
                sys.stdout.write(f"{name}\n")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def photograph(browser: Any, address: str, picture: Picture, target: Path) -> None:
    """Write a PNG of what a person sees of a page at first."""
    target.parent.mkdir(exist_ok=True)
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.colours, locale="en-GB"
    )
    page.goto(address + picture.page, timeout=120_000)
    page.wait_for_timeout(DRAWN_MILLISECONDS)
    page.screenshot(path=target, timeout=60_000)
    page.close()


if __name__ == "__main__":
    main()
