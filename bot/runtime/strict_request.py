"""A request whose head says clearly how long it is.

Sanic takes the length as it comes: a negative one keeps the whole server busy for ever, a missing
or unreadable one is an error of the server, and one that is given twice lets a proxy and the server
disagree about where a request ends.
"""

from __future__ import annotations

from httptools import HttpParserInvalidURLError
from sanic import Sanic
from sanic.compat import Header
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.models.protocol_types import TransportProtocol
from sanic.request import Request

# Digits of a length; more than any limit has.
LONGEST = 12
# What Sanic calls the request that it makes up to answer one that it cannot read.
MADE_UP = "NONE"


class StrictRequest(Request):
    """Sanic's request, refused where its head is ambiguous."""

    __slots__ = ()

    def __init__(
        self,
        url_bytes: bytes,
        headers: Header,
        version: str,
        method: str,
        transport: TransportProtocol,
        app: Sanic,
        head: bytes = b"",
    ) -> None:
        """See `sanic.request.Request`.

        Raises:
            InvalidUsage: the length or the URL cannot be read; answered with 400.
            PayloadTooLarge: the body will be too large; answered with 413 before it is read, and
                the connection is closed, as the answer says.
        """
        length = _plain_length(headers)
        if length > app.config.REQUEST_MAX_SIZE:
            raise PayloadTooLarge("The body is too large.")
        try:
            super().__init__(url_bytes, headers, version, method, transport, app, head)
        except HttpParserInvalidURLError:
            if method != MADE_UP:
                raise InvalidUsage("The URL cannot be read.") from None
            super().__init__(b"*", headers, version, method, transport, app, head)


def _plain_length(headers: Header) -> int:
    """The length of the body in bytes, 0 where it is not told in advance."""
    lengths = headers.getall("content-length", [])
    encodings = headers.getall("transfer-encoding", [])
    if len(lengths) + len(encodings) > 1:
        raise InvalidUsage("The length of the body is given more than once.")
    if any(not _is_length(length) for length in lengths):
        raise InvalidUsage("The Content-Length is no length.")
    if any(encoding != "chunked" for encoding in encodings):
        raise InvalidUsage("The Transfer-Encoding is not known here.")
    return int(lengths[0]) if lengths else 0


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
