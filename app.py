"""The Draw page: draw a digit or a number and read, stroke by stroke, what the network makes of it."""

import streamlit as st

from mnist_core.recognizer import Recognizer
from ui import page, session, sources
from ui.answer import answer_html, chosen_in
from ui.live import live_html
from ui.steps import steps_html

ANSWER = "answer"

page.open_page("Draw")


@st.fragment
def studio() -> None:
    number = []
    with st.container(key="studio"):
        with st.container(key="hand"), page.problems_told():
            source = sources.choose()
            writing = sources.writing_from(source)
            recognizer = Recognizer.load()
            page.tell(recognizer.notice)
            if writing is not None:
                number = recognizer.read(*writing)
        with st.container(key="reading"):
            chosen = chosen_in(number, session.asked(ANSWER).get("chosen"))
            live_html(answer_html(number, chosen, sources.INVITATIONS[source]), key=ANSWER)
            seen = (number[chosen].ink, number[chosen].model_input) if number else (None, None)
            live_html(steps_html(*seen), key="steps")


studio()
