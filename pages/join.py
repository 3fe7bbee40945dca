"""The page on the phones of an audience: join a room, draw one digit after the other."""

from ui import page
from ui.room import phone

page.open_bare("Join", "room.css")

with page.problems_told():
    room = phone.enter()
    if room is not None:
        phone.show(room)
