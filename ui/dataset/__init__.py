"""The Dataset page: MNIST's digits one by one, all together, as a file, and varied."""
