"""What leaves the program: pictures for paper and slides, code, predictions. It does not know the pages."""
