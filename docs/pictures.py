"""Take the pictures of the documentation from the running program: `python docs/pictures.py`; needs Chromium."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = {
    "which-laws.png": ("questions/which-laws?lang=en", "1000,800"),
}


def main() -> None:
    """Serve the graph on a free port and photograph each page."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is needed; on Debian: apt-get install chromium")
    command = [sys.executable, "-m", "mgi_graph", "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = re.search(r"http://\S+/", server.stdout.readline())
        assert address is not None
        for name, (page, size) in PICTURES.items():
            photograph(browser, address[0] + page, HERE / name, size)
    finally:
        server.terminate()
        server.wait()


def photograph(browser: str, url: str, target: Path, size: str) -> None:
    """Write a PNG of a page at a window size such as "1000,800"."""
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
        target_flags = [f"--user-data-dir={profile}", f"--window-size={size}", f"--screenshot={target}", url]
        subprocess.run([browser, *flags, *target_flags], check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    main()
