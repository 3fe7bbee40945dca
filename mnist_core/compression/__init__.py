"""Smaller versions of a trained network: float16, int8 and pruned, each measured beside the original.

It does not know who asks for them. Only `converting`, `pruning` and `making` import TensorFlow.
"""
