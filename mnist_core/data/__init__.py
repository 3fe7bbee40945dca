"""MNIST: its file formats, its arrays, and what can be said of them.

It knows nothing of drawings and networks.
"""
