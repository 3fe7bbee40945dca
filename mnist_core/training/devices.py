"""Lets TensorFlow use one GPU, and says which.

Importing this module imports TensorFlow: for processes of their own only.
"""

from contextlib import suppress

import tensorflow as tf

from mnist_core import settings
from mnist_core.training import gpus
from mnist_core.training.gpus import Gpus


def use() -> Gpus:
    """Lets TensorFlow use one GPU, the first unless `MNIST_STUDIO_GPU` chooses another, and grow into its memory.

    TensorFlow takes this on until it begins to work; afterwards it keeps what it has.

    Returns:
        What it has.

    Raises:
        GpuError: the chosen one is not there.
    """
    physical = tf.config.list_physical_devices("GPU")
    details = map(tf.config.experimental.get_device_details, physical)
    found = [str(detail.get("device_name", "unnamed")) for detail in details]
    obstacle = "" if found else gpus.obstacle(built_with_cuda=tf.test.is_built_with_cuda())
    chosen = gpus.choose(found, settings.gpu(), obstacle)
    if chosen is None:
        return Gpus(obstacle=obstacle)
    with suppress(RuntimeError):  # it works already
        tf.config.set_visible_devices(physical[chosen], "GPU")
        tf.config.experimental.set_memory_growth(physical[chosen], True)
    visible = tf.config.get_visible_devices("GPU")
    if not visible:
        return Gpus(found=found)
    growth = tf.config.experimental.get_memory_growth(visible[0])
    return Gpus(found=found, used=physical.index(visible[0]), memory_growth=bool(growth))
