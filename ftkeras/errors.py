"""The one exception for mistakes that the person running ftkeras can mend."""


class UserError(ValueError):
    """A problem in the user's input, worded so that the user can act on it.

    The command line prints the message alone (no traceback) and exits with status 2; Python
    callers see an ordinary `ValueError`. The message follows one form: what was expected, what
    was received, what to do.

    Example:
        >>> raise UserError("Expected `epochs` >= 1. Received: epochs=0. Train at least once.")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected `epochs` >= 1. Received: epochs=0. Train at least once.
    """
