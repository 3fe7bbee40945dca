"""MNIST: its file formats, its arrays, and what can be told of them.

It knows nothing of drawings and networks.
"""
