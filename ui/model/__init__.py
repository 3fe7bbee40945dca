"""The Model page: the recipe and the learning curves of the active model."""
