"""The codes of rooms: short, easy to read aloud and to type."""

import secrets

CONSONANTS, VOWELS = "BDFGKLMNPRSTVZ", "AEIOU"
SYLLABLES = 3
LENGTH = 2 * SYLLABLES
"""Letters: 343,000 codes, of which tries are limited."""


def new() -> str:
    """Returns a random code, as KAVOMI."""
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES))


def normalized(typed: str) -> str | None:
    """Returns the code that somebody typed, without blanks and in capitals; None where it can be none."""
    code = "".join(typed[: 4 * LENGTH].split()).upper()
    pairs = zip(code[::2], code[1::2], strict=False)
    return code if len(code) == LENGTH and all(c in CONSONANTS and v in VOWELS for c, v in pairs) else None
