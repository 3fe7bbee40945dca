"""The Draw page: draw a digit and read, stroke by stroke, what the network makes of it."""

import streamlit as st

from mnist_core.preprocessing import frame
from mnist_core.recognizer import Recognizer
from ui import page, sources
from ui.answer import answer_html
from ui.live import live_html
from ui.steps import steps_html

page.open_page("Draw")


@st.fragment
def studio() -> None:
    recognition = framing = None
    with st.container(key="studio"):
        with st.container(key="hand"), page.problems_told():
            source = sources.choose()
            ink = sources.ink_from(source)
            recognizer = Recognizer.load()
            page.tell(recognizer.notice)
            if ink is not None:
                recognition, framing = recognizer.recognize(ink), frame(ink)
        with st.container(key="reading"):
            live_html(answer_html(recognition, sources.INVITATIONS[source]), key="answer")
            live_html(steps_html(framing), key="steps")


studio()
