"""The page of kept drawings: whose hand they are, the wall, export and import, and teaching the network."""

import streamlit as st

from mnist_core.kept import hands
from ui import owner, page, presenter
from ui.drawings import teach, transfer, wall, whose

EMPTY = "Nothing is kept yet. Draw a digit, and say below the answer what it is: it is then kept here, for you alone."

page.open_page("My drawings", "training.css", "drawings.css")
presenter.ask()

with page.problems_told():
    visitor = owner.required()
    known = hands.all_of(visitor)
    with st.container(key="drawings_page"):
        hand = whose.choose(visitor, known)
        if hand is None or not hand.drawings:
            st.info(EMPTY)
        wanted = wall.filters(None if hand is None else hand.id)
        wall.show(visitor, wanted)
        if hand is not None:
            teach.offer(visitor, hand.id, hand.drawings)
        transfer.offer(visitor, wanted, None if hand is None else hand.id)
