"""Sessions: unguessable, signed, and bound to one conversation."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.channels.web.sessions import (
    KEY_FILE,
    LIFETIME,
    SessionError,
    Sessions,
    open_sessions,
)
from bot.settings import Settings

SESSIONS = Sessions(b"a key")
NOW = 1_800_000_000


def test_a_session_that_was_issued_is_recognised_as_its_conversation():
    issued = SESSIONS.issue(NOW)

    assert SESSIONS.recognise(issued.token, NOW + 1) == issued
    assert issued.sender.startswith("web-")


def test_sessions_and_conversations_are_never_the_same():
    issued = [SESSIONS.issue(NOW) for _ in range(200)]

    assert len({session.token for session in issued}) == 200
    assert len({session.sender for session in issued}) == 200


def test_every_altered_character_is_noticed():
    token = SESSIONS.issue(NOW).token
    for place, character in enumerate(token):
        # The last character of the signature has two bits that decode to nothing.
        other = "B" if character == "A" else "A"
        altered = token[:place] + other + token[place + 1 :]
        with pytest.raises(SessionError):
            SESSIONS.recognise(altered, NOW)


def test_another_servers_session_is_refused():
    with pytest.raises(SessionError, match="not issued here"):
        SESSIONS.recognise(Sessions(b"another key").issue(NOW).token, NOW)


@pytest.mark.parametrize("age", [LIFETIME + 1, -3600])
def test_a_session_is_refused_when_it_is_too_old_or_from_the_future(age: int):
    with pytest.raises(SessionError, match="expired"):
        SESSIONS.recognise(SESSIONS.issue(NOW).token, NOW + age)


def test_an_expired_session_is_still_known_where_its_conversation_is_to_be_deleted():
    issued = SESSIONS.issue(NOW)
    late = NOW + LIFETIME + 1

    assert SESSIONS.recognise(issued.token, late, expired_too=True) == issued
    with pytest.raises(SessionError, match="expired"):
        SESSIONS.recognise(issued.token, NOW - 3600, expired_too=True)
    with pytest.raises(SessionError, match="not issued here"):
        Sessions(b"another key").recognise(issued.token, late, expired_too=True)


@pytest.mark.parametrize("token", ["", "web-1", "a.b.c", "é" * 32 + ".1." + "a" * 43, "x" * 9999])
def test_what_is_no_session_is_refused(token: str):
    with pytest.raises(SessionError):
        SESSIONS.recognise(token, NOW)


def test_the_key_is_drawn_once_kept_for_its_owner_and_shared(tmp_path: Path):
    settings = Settings(home=tmp_path)
    first, second = open_sessions(settings), open_sessions(settings)

    second.recognise(first.issue().token)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["web.key"]


def test_a_key_of_the_settings_holds_over_machines(tmp_path: Path):
    one = open_sessions(Settings(home=tmp_path, web_key="long random text"))
    other = open_sessions(Settings(home=tmp_path / "elsewhere", web_key="long random text"))

    other.recognise(one.issue().token)
    assert not (tmp_path / KEY_FILE).exists()
