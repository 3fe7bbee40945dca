"""From ink to digits: one, or several from left to right.

It reads networks with LiteRT. It does not know Keras, nor how well a model reads.
"""
