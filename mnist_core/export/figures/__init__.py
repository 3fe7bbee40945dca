"""Charts and pictures for paper and slides, drawn by Matplotlib; the pages have faster ones of their own.

`catalogue` names them all. Each is a function of a subject, what is to be shown, and a palette. Only what makes a
figure imports Matplotlib: the app's process starts without it.
"""
