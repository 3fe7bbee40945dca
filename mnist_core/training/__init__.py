"""From a recipe to a model folder: batches, fitting, export, and progress that others can follow.

It does not know in which process it runs. `kfold`, `progress`, `diagnosis` and `gpus` are imported without TensorFlow.
"""
