"""The Train and Runs pages: the recipe's form, a training's curves as it goes on, and the history."""
