"""The Draw page: draw a digit or a number and read, stroke by stroke, what the network makes of it."""

import streamlit as st

from mnist_core.preprocessing import frame
from mnist_core.recognizer import Recognizer
from ui import page, session, sources
from ui.answer import answer_html, chosen_in
from ui.live import live_html
from ui.steps import steps_html
from ui.waiting import waiting

ANSWER = "answer"

page.open_page("Draw")


@st.fragment
def studio() -> None:
    number = []
    with st.container(key="studio"):
        hand, reading = st.container(key="hand"), st.container(key="reading")
        with reading, waiting() as visitor, hand, page.problems_told():
            source = sources.choose()
            writing = sources.writing_from(source, visitor)
            recognizer = Recognizer.load()
            page.tell(recognizer.notice)
            if writing is not None:
                number = recognizer.read(*writing, check=visitor.check)
        with reading:
            chosen = chosen_in(number, session.asked(ANSWER).get("chosen"))
            live_html(answer_html(number, chosen, sources.INVITATIONS[source]), key=ANSWER)
            live_html(steps_html(frame(number[chosen].ink) if number else None), key="steps")


studio()
