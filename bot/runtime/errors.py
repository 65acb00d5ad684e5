"""The one error of starting up."""


class StartUpError(Exception):
    """The advisor cannot start; the message says why and what to do."""
