"""Model folders: what they hold, which one is active, and the shipped one.

It does not know how a model is trained or read.
"""
