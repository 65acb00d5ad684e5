"""The errors of starting up and of what a turn cannot do without."""


class StartUpError(Exception):
    """The advisor cannot start; the message says why and what to do."""


class UnavailableError(Exception):
    """A store or a lock did not answer in time: the turn is refused, and may be sent again.

    Its message never holds what a user wrote.
    """
