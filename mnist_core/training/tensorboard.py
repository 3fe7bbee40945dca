"""Learning curves as TensorBoard reads them, written with TensorFlow alone.

Importing this module imports TensorFlow: for training processes only.
"""

from contextlib import suppress
from pathlib import Path

import tensorflow as tf

from mnist_core.training.progress import Progress

# TensorBoard draws what this plugin's name is on.
_SCALAR = tf.compat.v1.SummaryMetadata(plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"))


class Curves:
    """Writes loss and accuracy of training and, where there is one, validation after every epoch; to be called with
    what a training reports.

    Nobody's training fails because these cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._writers = {}
        with suppress(tf.errors.OpError):
            for prefix, name in (("", "training"), ("val_", "validation")):
                self._writers[prefix] = tf.summary.create_file_writer(str(folder / name))

    def __call__(self, step: Progress) -> None:
        """Notes the end of an epoch; other steps are left out."""
        if not step.ends_epoch:
            return
        with suppress(tf.errors.OpError):
            for prefix, writer in self._writers.items():
                with writer.as_default():
                    for name in ("loss", "accuracy"):
                        if prefix + name in step.values:
                            value = tf.constant(step.values[prefix + name], tf.float32)
                            tf.summary.write(name, value, step=step.epoch, metadata=_SCALAR)
                writer.flush()
