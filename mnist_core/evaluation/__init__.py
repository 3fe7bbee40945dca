"""How well a model reads: MNIST's test set, disturbed images, digits drawn by people, and two models compared.

It does not know how a model was trained.
"""
