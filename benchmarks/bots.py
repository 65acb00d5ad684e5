"""The bots that are compared, as processes of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path

from benchmarks.client import NoAnswerError, User
from benchmarks.places import BIN, CACHE, PROJECT
from bot.settings import Settings

STOCK = CACHE / f"stock-rasa-{version('rasa')}"
TRAINED = STOCK / "seconds-of-training"
# Seconds.
START = 300
STOP = 60

# As long as questions to a chat bot are; each bot is asked what it was made for.
STOCK_SAYS = (
    "hello there",
    "I am feeling very sad today",
    "no, that did not help me",
    "are you a bot or a human?",
    "I am feeling great now",
    "see you later",
)
ADVISOR_SAYS = (
    "What does the job involve day to day?",
    "What is the median pay?",
    "and the range?",
    "Do I need a degree for this?",
    "Would it suit a nurse?",
    "thank you",
)


@dataclass(frozen=True)
class Bot:
    """How a bot is started and what it is asked."""

    name: str
    command: tuple[str, ...]
    folder: Path
    says: tuple[str, ...]
    model: Path
    settings: dict[str, str]

    def text(self, turn: int) -> str:
        """What the user says at a turn."""
        return self.says[turn % len(self.says)]


class Running:
    """A bot's process that has answered its first message."""

    def __init__(self, bot: Bot, process: subprocess.Popen[bytes], port: int, start: float) -> None:
        self.bot = bot
        self.process = process
        self.port = port
        self.start_seconds = start

    def user(self, sender: str) -> User:
        return User(self.port, sender)

    def resident_bytes(self) -> int:
        """Memory of the process and of those that it has started."""
        return resident_bytes(self.process.pid)


def stock(port: int) -> Bot:
    """The bot that `rasa init` makes, as it makes it; conversations are kept in memory."""
    models = sorted((STOCK / "models").glob("*.tar.gz"))
    return Bot(
        "stock",
        (str(BIN / "rasa"), "run", "--interface", "127.0.0.1", "--port", str(port)),
        STOCK,
        STOCK_SAYS,
        models[-1],
        {},
    )


def advisor(port: int, **settings: str) -> Bot:
    """The advisor as `make run` starts it, with a new database."""
    return Bot(
        "advisor",
        (str(BIN / "advisor"), "serve"),
        PROJECT,
        ADVISOR_SAYS,
        Settings().model_path,
        {"PORT": str(port)} | settings,
    )


@contextmanager
def running(bot: Bot, port: int) -> Iterator[Running]:
    """Starts a bot and stops it at the end.

    Raises:
        RuntimeError: it ended, or did not answer in time; its last lines are in the message.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        database = {"ADVISOR_DATABASE_URL": f"sqlite:///{folder}/conversations.db"}
        begun = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                bot.command,
                cwd=bot.folder,
                env=environment() | database | bot.settings,
                stdout=output,
                stderr=output,
            )
        try:
            _wait_for_answer(bot, process, port, log)
            yield Running(bot, process, port, time.perf_counter() - begun)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and of all that descend from it, as the system counts it."""
    return sum(_resident(member) for member in _family(pid))


def free_port() -> int:
    """A port that was free a moment ago."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """The variables of a bot, with nothing of the developer's own settings."""
    ours = {setting.metadata["variable"] for setting in fields(Settings)}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "CUDA_VISIBLE_DEVICES": "-1"}
    return kept | quiet | {"TF_CPP_MIN_LOG_LEVEL": "2", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}


def build_stock(*, again: bool = False) -> float:
    """Makes and trains the stock bot, once.

    Returns:
        Seconds that `rasa init` took when it was made.
    """
    if again or not TRAINED.is_file():
        shutil.rmtree(STOCK, ignore_errors=True)
        STOCK.mkdir(parents=True)
        command = (str(BIN / "rasa"), "init", "--no-prompt", "--init-dir", str(STOCK))
        TRAINED.write_text(f"{_timed(command, STOCK, {}):.1f}")
    return float(TRAINED.read_text())


def train_advisor() -> float:
    """Trains the advisor from nothing in a copy of its data; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("config.yml", "domain.yml", "credentials.yml"):
            shutil.copy(PROJECT / name, home)
        shutil.copytree(PROJECT / "data", home / "data")
        own = {"ADVISOR_HOME": folder, "RASA_CACHE_DIRECTORY": str(home / "cache")}
        return _timed((str(BIN / "advisor"), "train"), home, own)


def _timed(command: Sequence[str], folder: Path, settings: dict[str, str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment() | settings, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[1]} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - begun


def _wait_for_answer(bot: Bot, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START
    while True:
        user = User(port, "first")
        try:
            user.say(bot.text(0))
            return
        except (OSError, NoAnswerError) as error:
            if process.poll() is not None or time.monotonic() > end:
                tail = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{bot.name} does not answer: {error!r}\n{tail}") from error
            time.sleep(0.05)
        finally:
            user.close()


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.split()
    parents = {
        int(child): int(parent) for child, parent in zip(listed[::2], listed[1::2], strict=True)
    }
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _resident(pid: int) -> int:
    shown = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return int(shown or 0) * 1024
