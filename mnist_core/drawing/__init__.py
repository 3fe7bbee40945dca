"""From drawings to model inputs: strokes, canvases and photographs become ink, and ink is framed as MNIST framed scans.

Beyond this room nobody knows about colours. It does not know what a digit is, nor who reads it.
"""
