"""Kept drawings: what people have confirmed or corrected, in a database, and whose hand it is from.

This room does not know how a drawing is read, nor who asks: an owner is the digest of a browser's key.
"""
