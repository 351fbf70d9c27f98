"""Packages of Debian's for the tests, where we are root on such a system."""

import os
import shutil
import subprocess
import sys

from kefu.cli.terminal import CannotRun, say

APT = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-q", "-y"]


def install_packages(*packages: str, what: str) -> None:
    """Install them; what fails is told, and whoever needs them looks whether they are there."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"kefu: installing {what} with apt-get (once)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--no-install-recommends", *packages]):
        status = subprocess.run([*APT, *arguments], env=environment, stdout=sys.stderr, check=False).returncode
        if status != 0:
            say(f"kefu: apt-get {arguments[0]} ended with status {status}")


def ensure_pdfsig() -> str:
    """The path of Poppler's `pdfsig`, by which receipts are judged; installed where it is not. Raises `CannotRun`."""
    found = shutil.which("pdfsig")
    if found is None:
        install_packages("poppler-utils", what="Poppler's pdfsig")
        found = shutil.which("pdfsig")
    if found is None:
        raise CannotRun("no pdfsig for the tests of receipts: install Poppler's tools (poppler-utils)", status=1)
    return found
