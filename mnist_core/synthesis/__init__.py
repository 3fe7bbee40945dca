"""What the program writes and varies itself: digits in the world's pen styles, what is no digit, augmented images.

It does not know MNIST, nor which network learns from it.
"""
