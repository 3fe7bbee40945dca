"""From ink to digits: one, or several from left to right, line by line.

It reads with exported networks in LiteRT. It does not know Keras, nor how accurate a model is.
"""
