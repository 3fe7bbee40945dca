"""The one kind of exception whose message is meant for the person in front of the screen."""


class StudioError(Exception):
    """Something that a person can fix; its message is a sentence that says how.

    Pages and commands show the message as it is. Every module derives its own errors from this class.
    """
