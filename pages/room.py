"""The Room page: the speaker opens a room and leads it; `?screen=CODE` is its screen alone, for the beamer."""

import streamlit as st

from ui import owner, page, presenter
from ui.room import control, entrance, screen

if code := st.query_params.get(screen.ALONE):
    page.open_bare("Room", "training.css", "room.css")
    with page.problems_told():
        screen.show(entrance.find(code), controlled=False)
else:
    page.open_page("Room", "training.css", "room.css")
    presenter.ask()
    with page.problems_told():
        visitor = owner.required()
        room = screen.chosen()
        if room is None:
            control.offer_to_open(visitor)
        else:
            control.lead(room)
