"""A report of one model, or of two side by side, to hand in or to hand out: one HTML file, or a PDF.

It tells what is kept with a model. It measures nothing, and what is missing it says to be missing.
"""
