"""The Draw page, and the app: draw a digit or a number and read, stroke by stroke, what the network makes of it."""

import streamlit as st

from mnist_core.reading.recognizer import Recognizer
from ui import page, server, session
from ui.draw import picture, sources, state
from ui.draw.answer import answer_html, chosen_in, unread_html
from ui.draw.steps import steps_html
from ui.draw.waiting import waiting
from ui.live import live_html

ANSWER = "answer"


@st.fragment
def studio(source: str) -> None:
    """Shows one of the sources of writing, what was read, and how: all that a stroke changes."""
    number = []
    with st.container(key="studio"):
        hand, reading = st.container(key="hand"), st.container(key="reading")
        with reading, waiting() as visitor, hand, page.problems_told() as problems:
            writing = sources.writing_from(source, visitor)
            state.keep_written(writing)
            recognizer = Recognizer.load()
            page.tell(recognizer.notice)
            if writing is not None:
                number = recognizer.read(*writing, check=visitor.check)
        with reading:
            chosen = chosen_in(number, session.asked(ANSWER).get("chosen"))
            answer = answer_html(number, chosen, sources.INVITATIONS[source])
            live_html(unread_html(sources.UNREAD[source]) if problems else answer, key=ANSWER)
            seen = (number[chosen].ink, number[chosen].model_input) if number else (None, None)
            live_html(steps_html(*seen), key="steps")


if __name__ == "__main__":  # Streamlit runs this file for each visitor,
    page.open_page("Draw")
    studio(sources.choose())
    picture.offer()
else:  # and imports it once, to serve the app
    app = st.App(__file__, middleware=server.MIDDLEWARE)
