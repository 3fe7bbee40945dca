"""What people draw: strokes, canvases and photographs become ink, and ink is framed as MNIST framed its scans.

From here on nobody knows about colours. It does not know what a digit is, nor who reads it.
"""
