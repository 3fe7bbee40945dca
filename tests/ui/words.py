"""The words of HTML."""

import re


def words(html: str) -> str:
    """Returns the text of HTML, its words one space apart."""
    return " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())
