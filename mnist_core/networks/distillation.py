"""The loss of a distillation (Hinton, Vinyals and Dean 2015): a network learns a teacher's outputs beside the labels.

Where it is T that the logits are divided by, the loss is

    share * T^2 * KL(teacher_T || student_T) + (1 - share) * cross-entropy with the label.

T^2 keeps the gradients of the first part as large as without a temperature. A target holds twenty numbers in a row, so
that Keras can hand them on as it does all targets: the label, one-hot, and the teacher's logits.

Importing this module imports Keras: for training processes only.
"""

from typing import Any

import keras

from mnist_core.data.mnist import CLASSES

LEAST = 1e-30  # no probability counts less, where its logarithm stands for a logit


@keras.saving.register_keras_serializable("mnist_studio")
class Distillation(keras.losses.Loss):  # type: ignore[misc]  # Keras has no type hints
    """The loss by which a network learns from a teacher and from labels."""

    def __init__(
        self,
        share: float,
        temperature: float,
        label_smoothing: float = 0.0,
        from_logits: bool = False,
        name: str = "distillation",
        reduction: str = "sum_over_batch_size",
        **settings: Any,
    ) -> None:
        """Takes what a recipe says.

        Args:
            share: of the loss that asks for the teacher's outputs.
            temperature: what the logits of both are divided by.
            label_smoothing: of the labels.
            from_logits: whether the network gives logits instead of probabilities.
            name, reduction, settings: as of any loss of Keras.
        """
        super().__init__(name=name, reduction=reduction, **settings)
        self.share, self.temperature = share, temperature
        self.label_smoothing, self.from_logits = label_smoothing, from_logits

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Computes the loss of each sample.

        Args:
            y_true: (N, 20): labels, one-hot, and the teacher's logits.
            y_pred: (N, 10): the network's probabilities or logits.

        Returns:
            (N,), in nats.
        """
        ops = keras.ops
        labels, taught = y_true[:, :CLASSES], y_true[:, CLASSES:]
        logits = y_pred if self.from_logits else ops.log(ops.maximum(y_pred, LEAST))
        smoothed = labels * (1 - self.label_smoothing) + self.label_smoothing / CLASSES
        from_labels = -ops.sum(smoothed * ops.log_softmax(logits), axis=-1)
        teacher = ops.log_softmax(taught / self.temperature)
        student = ops.log_softmax(logits / self.temperature)
        divergence = ops.sum(ops.exp(teacher) * (teacher - student), axis=-1)
        return self.share * self.temperature**2 * divergence + (1 - self.share) * from_labels

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "share": self.share,
            "temperature": self.temperature,
            "label_smoothing": self.label_smoothing,
            "from_logits": self.from_logits,
        }


@keras.saving.register_keras_serializable("mnist_studio")  # type: ignore[untyped-decorator]
def reads_label(y_true: Any, y_pred: Any) -> Any:
    """Returns for each sample whether the network reads the label: (N, 20), (N, 10) -> (N,), 0 or 1."""
    ops = keras.ops
    right = ops.equal(ops.argmax(y_true[:, :CLASSES], axis=-1), ops.argmax(y_pred, axis=-1))
    return ops.cast(right, keras.config.floatx())


def accuracy() -> keras.Metric:
    """Returns the metric of the share of labels that are read."""
    return keras.metrics.MeanMetricWrapper(reads_label, name="accuracy")
