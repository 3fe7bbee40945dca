"""Training images that the program makes: digits in the world's pen styles, images that are no digits, augmented ones.

It does not know MNIST, nor which network learns from it.
"""
