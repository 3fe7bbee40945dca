"""Rooms: a talk whose audience draws. Who is there, what they drew, how it was read, what is learned of it.

All of it is in the database of kept drawings. A room knows neither pages nor addresses, and nothing about its guests
but the name that they may give.
"""
