"""A map of images: each becomes a point of the plane, and similar ones lie near each other.

The plane is found by principal component analysis (Pearson 1901; Hotelling 1933). An image of 28 x 28 pixels is a point
in a space of 784 dimensions; of all planes in it the one is taken on which the points lie farthest apart, so that as
little as possible is lost when they are projected onto it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded when they are used

AXES = 2


@dataclass(frozen=True, eq=False)
class Projection:
    """Images as points of a plane.

    Attributes:
        points: float32 (N, 2): where each image lies; the mean image lies at 0, 0. In units of grey values.
        axes: float32 (2, H, W), of length 1 and at right angles: what is added to an image that moves along an axis.
        mean: float32 (H, W): the mean image.
        deviations: float32 (2,): the standard deviation of the points along each axis, the larger first.
        shares: float32 (2,): what share of all variance each axis keeps.
    """

    points: npt.NDArray[np.float32]
    axes: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    deviations: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]

    def along(self, axis: int, steps: npt.ArrayLike) -> npt.NDArray[np.uint8]:
        """Returns images on an axis, so many standard deviations from the mean: uint8 (len(steps), H, W)."""
        distances = np.asarray(steps, np.float32)[:, np.newaxis, np.newaxis] * self.deviations[axis]
        moved: npt.NDArray[np.uint8] = np.rint(np.clip(self.mean + distances * self.axes[axis], 0, 255)).astype(
            np.uint8
        )
        return moved


def principal_plane(images: npt.NDArray[np.uint8]) -> Projection:
    """Projects images, uint8 (N, H, W) with N at least 1, onto the plane on which they lie farthest apart.

    The same images always give the same map: an axis may point either way, and is turned so that its strongest pixel
    is positive.
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    mean = pixels.mean(axis=0)
    centred = pixels - mean
    covariance = centred.T @ centred / len(pixels)
    size = len(covariance)
    variances, columns = scipy.linalg.eigh(covariance, subset_by_index=[size - AXES, size - 1])
    variances, axes = np.maximum(variances[::-1], 0), columns.T[::-1]
    strongest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    axes = (axes * np.sign(strongest)).astype(np.float32)
    total = float(np.trace(covariance)) or 1.0
    side = images.shape[1:]
    return Projection(
        points=centred @ axes.T,
        axes=axes.reshape(AXES, *side),
        mean=mean.reshape(side),
        deviations=np.sqrt(variances).astype(np.float32),
        shares=(variances / total).astype(np.float32),
    )
