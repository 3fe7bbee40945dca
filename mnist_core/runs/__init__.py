"""Trainings as processes of their own: their folders, their history, and how they are started, cancelled and resumed.

It does not know who watches. Only what a worker does imports TensorFlow, when it does it.
"""
