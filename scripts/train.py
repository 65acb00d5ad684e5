"""Trains the advisor, but only when something that goes into its model has changed.

Contents are compared, not times: a fresh checkout and a touched file change nothing. The model
itself is part of the comparison, so a damaged model, or one that was trained from other files in
the meantime, is replaced.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "advisor.tar.gz"
STAMP = ROOT / "models" / "advisor.sha256"
INPUTS = (
    "bot/nlu/**/*.py",
    "config.yml",
    "data/**/*",
    "domain.yml",
    "knowledge/**/*.yml",
    "requirements.lock",
)


def files() -> Iterator[Path]:
    """Yields the model and each file that it is made from, in a fixed order."""
    yield MODEL
    for pattern in INPUTS:
        found = sorted(path for path in ROOT.glob(pattern) if path.is_file())
        yield from (path for path in found if not path.name.startswith("."))


def fingerprint() -> str:
    """Returns a digest over the names and contents of all files()."""
    digest = hashlib.sha256()
    for path in files():
        content = path.read_bytes() if path.exists() else b""
        name = path.relative_to(ROOT).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def main() -> int:
    """Trains where needed and returns the exit code."""
    if MODEL.exists() and STAMP.exists() and STAMP.read_text() == fingerprint():
        return 0
    print("==> Training the advisor (2 to 4 minutes)", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    MODEL.parent.mkdir(exist_ok=True)
    trained = subprocess.run([ROOT / ".venv" / "bin" / "advisor", "train"], cwd=ROOT, check=False)
    if trained.returncode == 0:
        STAMP.write_text(fingerprint())
    return trained.returncode


if __name__ == "__main__":
    sys.exit(main())
