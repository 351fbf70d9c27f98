"""A browser for the tests: what is there, else Debian's, else playwright's own; never left out silently."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kefu.cli.running.debian import install_packages
from kefu.cli.terminal import CannotRun, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure_chromium() -> str:
    """The path of a browser that runs, installed where there is none. Raises `CannotRun` where it
    cannot be.
    """
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None) or _install()
    if subprocess.run([found, "--version"], capture_output=True, check=False).returncode != 0:
        raise CannotRun(f"{found} does not run; name a Chromium in CHROMIUM", status=1)
    return found


def _install() -> str:
    install_packages("chromium", "fonts-noto-cjk", what="Chromium and a Chinese font")
    if found := shutil.which("chromium"):
        return found
    say("kefu: installing Chromium with playwright (once)")
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False
    )
    found = _playwrights_own()
    if found is None:
        raise CannotRun("no Chromium for the browser tests: install one, or name it in CHROMIUM", status=1)
    return found


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
