import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.intake import (
    LONGEST_MESSAGE,
    LONGEST_SENDER,
    IntakeError,
    clean_message_id,
    clean_sender,
    clean_text,
    take_object,
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
        ("mail me@example.edu, I make 85,000", "mail [removed], I make 85,000"),
        ("/617-555-0142", "[removed]"),
        ("is 855-295-1866 yours?", "is 855-295-1866 yours?"),
    ],
)
def test_text_is_cleaned(message: str, text: str):
    assert clean_text(message) == text


@pytest.mark.parametrize(
    "message", [None, 7, True, ["text"], {"text": "x"}, "", "  \n", "\0", "x" * 1001]
)
def test_what_is_no_message_is_refused_with_a_remedy(message: object):
    with pytest.raises(IntakeError) as raised:
        take_object({"sender": "a", "message": message})

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
        take_object({"sender": sender, "message": "x"})

    assert "sender" in raised.value.remedy


@given(ANY_TEXT)
def test_a_sender_that_is_taken_can_be_stored(sender: str):
    try:
        clean_sender(sender).encode()
    except IntakeError:
        return


@pytest.mark.parametrize("message_id", [None, "7", "a-B_9.c:d", "x" * 64])
def test_a_message_id_is_left_as_it_is(message_id: str | None):
    assert clean_message_id(message_id) == message_id


@pytest.mark.parametrize("message_id", [7, "", "a b", "x" * 65, "\u00e9", "a\n", ["a"]])
def test_what_is_no_message_id_is_refused_with_a_remedy(message_id: object):
    with pytest.raises(IntakeError) as raised:
        take_object({"sender": "a", "message": "x", "message_id": message_id})

    assert "message_id" in raised.value.remedy


@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_only_an_object_is_a_message(value: object):
    with pytest.raises(IntakeError):
        take_object(value)


def test_what_else_a_client_sends_is_dropped():
    incoming = take_object({"sender": "a", "message": "x", "metadata": {"role": "admin"}})

    assert vars(incoming) == {"sender": "a", "text": "x", "message_id": None}
