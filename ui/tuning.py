"""Settles once, for the server's process, what each stroke would otherwise pay for again."""

import gc
from functools import cache

from streamlit import config

YOUNG = 20_000  # new objects between two of the garbage collector's looks; Python's 700 are one stroke's


def settle() -> None:
    """Settles it; call it when the app's modules have been imported.

    - Streamlit collects the options of the theme for each run of a page, out of all of its options, six times. They do
      not change while the server runs.
    - What has been imported stays, so that the garbage collector need not look at it: a full look would halt all
      visitors for a tenth of a second.
    """
    config.get_options_for_section = cache(config.get_options_for_section)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
