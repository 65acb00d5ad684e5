"""The terminal as its user meets it: a real pseudo-terminal, real pipes, a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = (sys.executable, "-m", "tests.channels.terminal_stand_in")
READING = "\x1b[?2004h"  # the prompt switches bracketed paste on when it begins to read
OPEN = 'exec "$@" <"$0" >"$0" 2>&1'  # whose first terminal this is, Ctrl-C interrupts
DEADLINE = 60  # seconds; only ever reached by a failure


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")
    }
    return {**kept, "ADVISOR_HOME": str(home), "TERM": "xterm-256color", **more}


class Terminal:
    """A terminal with the chat in it."""

    def __init__(
        self, variables: Mapping[str, str], columns: int = 80, gate: int | None = None
    ) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        self.process = subprocess.Popen(
            ("sh", "-c", OPEN, os.ttyname(slave), *STAND_IN),
            cwd=ROOT,
            env=dict(variables),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            pass_fds=() if gate is None else (gate,),
        )
        os.close(slave)
        self.shown = ""
        self._seen = 0

    def until(self, text: str) -> str:
        """Reads until `text` is shown anew; returns what came before it."""
        end = time.monotonic() + DEADLINE
        while (found := self.shown.find(text, self._seen)) < 0:
            assert self._read(end), f"{text!r} was never shown: {self.shown[self._seen :]!r}"
        before = self.shown[self._seen : found]
        self._seen = found + len(text)
        return before

    def type(self, keys: str | bytes) -> None:
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def say(self, line: str | bytes) -> str:
        """Types a line at the prompt and returns what is shown until the next prompt."""
        self.type(line)
        self.type("\r")
        return self.until(READING)

    def end(self) -> int:
        """Waits for the end of the process; returns its exit code."""
        end = time.monotonic() + DEADLINE
        while self._read(end):
            pass
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
        try:
            data = os.read(self.master, 65536) if ready else b""
        except OSError:  # Linux says so when the other end is closed
            data = b""
        self.shown += data.decode(errors="replace")
        return bool(data)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.fixture
def terminal(tmp_path: Path, terminals: list[Terminal]) -> Terminal:
    terminals.append(Terminal(environment(tmp_path)))
    return terminals[0]


def words(shown: str) -> str:
    """What is shown as one line of words, without what steers the terminal."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).split())


def test_conversation_with_numbers_commands_and_keys(terminal: Terminal, tmp_path: Path) -> None:
    greeting = words(terminal.until(READING))
    assert "I am a bot" in greeting
    assert "1 What are the duties?" in greeting
    assert "/help" in greeting
    assert "nine kinds of duties" in words(terminal.say("1"))
    assert "$90,000" in words(terminal.say("the mediam\x7fn"))  # corrected before it is sent
    assert "There is no command /foo" in words(terminal.say("/foo"))
    assert "$90,000" in words(terminal.say("\x1b[A\x1b[A"))  # two up in the history
    assert "understood as: salary_median" in words(terminal.say("/why"))
    assert "1 Yes" in words(terminal.say("fit check"))
    assert "did not understand" in words(terminal.say(b"\xff\xfe \x1b[31m"))
    assert "Sorry" in words(terminal.say("break"))
    terminal.type("/quit\r")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.shown
    assert "+the median" in (tmp_path / "var" / "chat_history").read_text()


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_control_keys_leave_cleanly(key: str, terminal: Terminal) -> None:
    terminal.until(READING)
    terminal.say("the median")
    terminal.type(key)
    assert terminal.end() == 0
    assert "Traceback" not in terminal.shown
    assert terminal.shown.endswith(("\x1b[?2004l", "\n"))  # the terminal is as it was


def test_first_question_can_be_typed_while_loading(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    gate, opener = os.pipe()
    terminal = Terminal(environment(tmp_path, STAND_IN_GATE=str(gate)), gate=gate)
    terminals.append(terminal)
    os.close(gate)
    terminal.until(READING)
    terminal.type("the median\r")
    terminal.until("Loading ...")
    assert "$90,000" not in terminal.shown
    os.close(opener)
    assert "$90,000" in words(terminal.until(READING))
    terminal.type("\x04")
    assert terminal.end() == 0


@pytest.mark.parametrize("asked", [False, True])
def test_leaving_while_loading_neither_waits_nor_fails(
    asked: bool, tmp_path: Path, terminals: list[Terminal]
) -> None:
    gate, opener = os.pipe()
    terminal = Terminal(environment(tmp_path, STAND_IN_GATE=str(gate)), gate=gate)
    terminals.append(terminal)
    os.close(gate)
    terminal.until(READING)
    if asked:
        terminal.type("the median\r")
        terminal.until("Loading ...")
    terminal.type("\x03")
    assert terminal.end() == 0
    os.close(opener)
    assert "Traceback" not in terminal.shown


def test_failure_to_load_ends_the_prompt_with_its_remedy(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    terminals.append(Terminal(environment(tmp_path, STAND_IN_FAILS="Run `make train`.")))
    assert terminals[0].end() == 1
    assert "advisor: Run `make train`." in terminals[0].shown
    assert "Traceback" not in terminals[0].shown


def colours(shown: str) -> list[str]:
    codes = [code for found in re.findall(r"\x1b\[([0-9;]*)m", shown) for code in found.split(";")]
    return [code for code in codes if code not in ("", "0", "1", "2")]


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_only_where_it_is_wanted(
    variables: dict[str, str], coloured: bool, tmp_path: Path, terminals: list[Terminal]
) -> None:
    terminal = Terminal(environment(tmp_path, **variables), columns=40)
    terminals.append(terminal)
    terminal.until("Ctrl-D")
    terminal.type("the median\r")
    terminal.until("Source")
    terminal.type("/quit\r")
    assert terminal.end() == 0
    assert bool(colours(terminal.shown)) == coloured
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.shown)
    lines = [line for line in re.split(r"[\r\n]+", plain) if not line.startswith(">")]
    assert max(len(line) for line in lines) <= 40


def script(
    lines: bytes, home: Path, command: tuple[str, ...] = STAND_IN
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(home),
        input=lines,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )


def test_lines_are_answered_one_by_one_without_decoration(tmp_path: Path) -> None:
    lines = "\n  \n\ufeffthe median\r\n/why\n/restart\n/foo\nduties\n/quit\nhello\n"
    done = script(lines.encode() + b"", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    replies = done.stdout.decode().split("\n\n")
    assert [reply.split()[0] for reply in replies] == ["The", "Question", "This", "There", "A"]
    assert b"\x1b" not in done.stdout
    assert replies[0].splitlines()[-1].startswith("Source: ")
    assert done.stdout.endswith(b".\n")


def test_bad_bytes_and_long_lines_are_answered(tmp_path: Path) -> None:
    done = script(b"\xff\xfe\x00\x1b[31m\n" + b"x" * 5000 + b"\nthe median", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    strange, long, last = done.stdout.decode().split("\n\n")
    assert "did not understand" in strange
    assert "at most 1,000 characters" in long
    assert "$90,000" in last


def test_no_lines_are_no_error(tmp_path: Path) -> None:
    done = script(b"", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def pipes(home: Path, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        STAND_IN,
        cwd=ROOT,
        env=environment(home, **more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_nobody_reading_ends_quietly(tmp_path: Path) -> None:
    with pipes(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(b"the median\nduties\n")
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(DEADLINE) == 0


def test_a_line_may_come_in_pieces_and_the_last_without_its_end(tmp_path: Path) -> None:
    with pipes(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"the median\nthe me")
        process.stdin.flush()
        assert b"$90,000" in process.stdout.readline()
        process.stdin.write(b"dian\n\nduties")
        process.stdin.close()
        rest = process.stdout.read()
        assert b"$90,000" in rest
        assert b"section Job Duties" in rest
        assert process.wait(DEADLINE) == 0


def test_replies_come_as_lines_come_and_interruption_is_quiet(tmp_path: Path) -> None:
    with pipes(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"the median\n")
        process.stdin.flush()
        assert b"$90,000" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0
        assert process.stderr.read() == b""


@pytest.mark.model
@pytest.mark.slow
def test_the_trained_advisor_answers_lines() -> None:
    done = script(
        b"what is the median salary?\n/why\nand where is that from?\n",
        ROOT,
        (sys.executable, "-m", "bot.cli", "chat"),
    )
    assert (done.returncode, done.stderr) == (0, b"")
    answer, why, source = done.stdout.decode().split("\n\n")
    assert "$90,000" in answer
    assert "salary_median" in why
    assert "decision: answer" in why
    assert "article" in source


@pytest.mark.model
@pytest.mark.slow
def test_the_trained_advisor_answers_one_question_for_a_program() -> None:
    done = script(
        b"", ROOT, (sys.executable, "-m", "bot.cli", "ask", "--json", "what is the median salary?")
    )
    assert (done.returncode, done.stderr) == (0, b"")
    data = json.loads(done.stdout)
    assert data["understood"][0]["intent"] == "salary_median"
    assert data["answers"][0]["figures"][0]["value"] == 90000
