"""The Evaluation page: how well one or two models read, and where they fail."""
