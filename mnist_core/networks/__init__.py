"""What a network is: its recipe, its layers, and the Keras model made of them.

It does not know how one is trained. Only `keras_models` imports Keras.
"""
