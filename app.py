"""The Draw page, and the app: draw a digit or a number and read, stroke by stroke, what the network makes of it."""

import streamlit as st

from mnist_core.drawing.strokes import Writing
from mnist_core.reading.recognizer import Recognition, Recognizer
from ui import page, server, tuning
from ui.draw import canvas, corrections, engine, picture, remembered, sources, state
from ui.draw.answer import answer_html, of_drawing, unread_html
from ui.draw.steps import steps_html
from ui.draw.waiting import waiting
from ui.live import live_html


@st.fragment
def studio(source: str) -> None:
    """Shows one of the sources of writing, what was read, and how: all that a stroke changes."""
    writing: Writing | None = None
    number: list[Recognition] = []
    model = ""
    with st.container(key="studio"):
        hand, reading = st.container(key="hand"), st.container(key="reading")
        with reading, waiting() as visitor, hand, page.problems_told() as problems:
            untaught = Recognizer.load()
            writing = sources.writing_from(source, visitor, engine.of(untaught.model))
            state.keep_written(writing)
            recognizer = remembered.by_hand(untaught)
            model = recognizer.model.name
            page.tell(recognizer.notice)
            if writing is not None:
                number = recognizer.read(*writing, check=visitor.check)
        with reading:
            shown = state.answer(writing if number else None, number, model)
            chosen = 0 if shown is None else shown.chosen
            answer = answer_html(number, chosen, sources.INVITATIONS[source])
            answer = unread_html(sources.UNREAD[source]) if problems else answer
            strokes = None if problems else len(writing.pen_strokes) if writing else 0
            live_html(of_drawing(answer, shown.drawing if shown else "", strokes), key=state.ANSWER)
            remembered.show(shown)
            corrections.show(shown, state.said(), key=state.CORRECTIONS, on_said=state.take_said)
            seen = (number[chosen].ink, number[chosen].model_input) if number else (None, None)
            live_html(steps_html(*seen), key="steps")


if __name__ == "__main__":  # Streamlit runs this file for each visitor,
    page.open_page("Draw", "corrections.css")
    studio(sources.choose())
    picture.offer()
    canvas.let_bars_follow()
else:  # and imports it once, to serve the app
    server.check_who_comes()
    tuning.settle()
    app = st.App(__file__, routes=engine.routes(), middleware=server.MIDDLEWARE)
