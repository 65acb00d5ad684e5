import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.intake import (
    LONGEST_MESSAGE,
    LONGEST_SENDER,
    IntakeError,
    clean_sender,
    clean_text,
)

ANY_TEXT = st.text(st.characters(), max_size=LONGEST_MESSAGE + 10)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("How much does it pay?", "How much does it pay?"),
        ("  two\nlines\t ", "two\nlines"),
        ("null\0 and bell\a", "null  and bell"),
        ("half \ud83d a face", "half \ufffd a face"),
        ("a whole face \U0001f600", "a whole face \U0001f600"),
        ("/restart", "restart"),
        ('/salary_median{"job": "x"}', 'salary_median{"job": "x"}'),
        (" / /restart", "restart"),
        ("\0/restart", "restart"),
        ("/", "?"),
        ("and/or", "and/or"),
        ("x" * LONGEST_MESSAGE, "x" * LONGEST_MESSAGE),
    ],
)
def test_text_is_cleaned(message: str, text: str):
    assert clean_text(message) == text


@pytest.mark.parametrize(
    "message", [None, 7, True, ["text"], {"text": "x"}, "", "  \n", "\0", "x" * 1001]
)
def test_what_is_no_message_is_refused_with_a_remedy(message: object):
    with pytest.raises(IntakeError) as raised:
        clean_text(message)

    assert raised.value.detail
    assert raised.value.remedy


@given(ANY_TEXT)
def test_whatever_is_taken_can_be_stored_and_is_no_command(message: str):
    try:
        text = clean_text(message)
    except IntakeError:
        return

    text.encode()
    assert text == text.strip()
    assert text
    assert "\0" not in text
    assert not text.startswith("/")


@pytest.mark.parametrize("sender", ["a", "U02-ab.c:1@x", "\u00e9\u4e2d", "x" * LONGEST_SENDER])
def test_a_sender_is_left_as_it_is(sender: str):
    assert clean_sender(sender) == sender


@pytest.mark.parametrize(
    "sender",
    [None, 1, [], {}, "", " ", "two words", "nul\0", "line\n", "\ud800", "\u200b", "x" * 129],
)
def test_what_is_no_sender_is_refused_with_a_remedy(sender: object):
    with pytest.raises(IntakeError) as raised:
        clean_sender(sender)

    assert "sender" in raised.value.remedy


@given(ANY_TEXT)
def test_a_sender_that_is_taken_can_be_stored(sender: str):
    try:
        clean_sender(sender).encode()
    except IntakeError:
        return
