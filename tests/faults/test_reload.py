"""Knowledge and model files that are broken or replaced while the advisor runs, or before."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, knowledge, renew_knowledge
from bot.knowledge.loading import CAREER_FILE, FOLDER, _held
from bot.settings import current_settings
from tests.channels.serving import Server, make_home, wait_until
from tests.faults.conftest import Reliability

DEADLINE = 60
APOLOGY = "went wrong on my side and I could not answer"
CHANGED = "did not work and I could not answer"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the knowledge that this process uses for the length of a test."""
    copy = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    monkeypatch.setenv("ADVISOR_KNOWLEDGE", str(copy))
    current_settings.cache_clear()
    _held.cache_clear()
    yield copy
    monkeypatch.undo()
    current_settings.cache_clear()
    _held.cache_clear()


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


BROKEN = {
    "no YAML": replaced("facts:", "facts: [\n"),
    "a key misspelt": replaced("reviewed_on:", "reviewd_on:"),
    "a topic renamed": replaced("- id: salary_median\n", "- id: salary_middle\n"),
    "nothing": lambda _text: "",
}


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_and_the_last_good_one_stays(
    break_it: Callable[[str], str], folder: Path
):
    before = knowledge()
    file = folder / CAREER_FILE.name
    file.write_text(break_it(file.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(KnowledgeError) as raised:
        renew_knowledge()

    assert CAREER_FILE.name in str(raised.value)
    assert knowledge() is before


def test_a_corrected_file_is_taken(folder: Path):
    file = folder / CAREER_FILE.name
    before = knowledge()
    file.write_text(file.read_text(encoding="utf-8") + "\n# looked over\n", encoding="utf-8")

    renew_knowledge()

    assert knowledge() is not before
    assert knowledge() == before


def test_other_topics_than_the_model_was_trained_for_are_refused(folder: Path):
    file = folder / "conversation.yml"
    knowledge()
    text = file.read_text(encoding="utf-8")
    added = "\n  - id: a_new_talk\n    texts: [Something new.]\n"
    file.write_text(text.rstrip() + added, encoding="utf-8")

    with pytest.raises(KnowledgeError, match=r"a_new_talk.*make train"):
        renew_knowledge()


@pytest.mark.slow
def test_the_server_goes_on_with_the_last_good_knowledge(
    model: Path, tmp_path: Path, reliability: Reliability
):
    with reliability("knowledge_file_broken") as figures:
        copy = Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
        file = copy / "conversation.yml"
        good = file.read_text(encoding="utf-8")
        assert APOLOGY in good
        server = Server(make_home(tmp_path / "home", model), ADVISOR_KNOWLEDGE=str(copy))
        try:
            server.start()
            assert APOLOGY in said(server)

            begun = time.monotonic()
            file.write_text(good.replace("talks:", "talks: ["), encoding="utf-8")
            wait_until(lambda: "the changed knowledge is refused" in server.log, DEADLINE)
            figures["seconds_until_refused"] = round(time.monotonic() - begun, 1)
            assert "conversation.yml" in server.log
            answers = [said(server) for _ in range(20)]
            figures["answers_while_broken"] = len(answers)
            figures["of_the_last_good_one"] = sum(APOLOGY in answer for answer in answers)
            assert figures["of_the_last_good_one"] == len(answers)
            assert server.get("/health").status_code == 200

            begun = time.monotonic()
            file.write_text(good.replace(APOLOGY, CHANGED), encoding="utf-8")
            wait_until(lambda: "the changed knowledge is in use" in server.log, DEADLINE)
            figures["seconds_until_corrected"] = round(time.monotonic() - begun, 1)
            assert CHANGED in said(server)

            file.unlink()
            wait_until(lambda: server.log.count("is refused") == 2, DEADLINE)
            assert CHANGED in said(server)
        finally:
            server.kill()


def said(server: Server) -> str:
    """What the advisor says when an action fails: a text of the knowledge."""
    return str(server.say("broken", "reader")[0]["text"])


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def _foreign(path: Path) -> None:
    config = path.parents[1] / "config.yml"
    config.write_text(config.read_text().replace("channel_tests", "somebody_else"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "damage", "reason"),
    [
        ("model_corrupt", _cut, "it is damaged"),
        ("model_foreign", _foreign, "belongs to another assistant"),
    ],
)
def test_a_model_that_is_not_ours_is_refused_with_the_reason(
    fault: str,
    damage: Callable[[Path], None],
    reason: str,
    model: Path,
    tmp_path: Path,
    reliability: Reliability,
):
    with reliability(fault) as figures:
        server = Server(make_home(tmp_path, model))
        damage(server.home / "models" / "advisor.tar.gz")
        begun = time.monotonic()

        server.spawn()

        figures["exit_code"] = server.wait()
        figures["seconds_until_refused"] = round(time.monotonic() - begun, 1)
        assert figures["exit_code"] == 1
        assert reason in server.log
        assert "make train" in server.log
        assert "listens" not in server.log
