"""What leaves the program: pictures, code, predictions.

It knows models, data and runs, and nothing of who asks: a page or a command.
"""
