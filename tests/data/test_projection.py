import numpy as np
import pytest

from mnist_core.data.projection import principal_plane


@pytest.fixture(scope="module")
def images(small_mnist) -> np.ndarray:
    return small_mnist.x_train


def test_the_map_is_that_of_the_singular_value_decomposition(images):
    """The reference: another way to the same plane."""
    plane = principal_plane(images)
    pixels = images.reshape(len(images), -1).astype(np.float64)
    _, singular, axes = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)

    agreement = np.abs(np.sum(plane.axes.reshape(2, -1) * axes[:2], axis=1))
    np.testing.assert_allclose(agreement, 1, atol=1e-4)
    np.testing.assert_allclose(plane.deviations, singular[:2] / np.sqrt(len(images)), rtol=1e-4)
    np.testing.assert_allclose(plane.shares, singular[:2] ** 2 / np.sum(singular**2), rtol=1e-4)


def test_the_points_lie_around_the_mean_and_spread_as_the_deviations_say(images):
    plane = principal_plane(images)

    np.testing.assert_allclose(plane.points.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(plane.points.std(axis=0), plane.deviations, rtol=1e-3)
    assert np.corrcoef(plane.points.T)[0, 1] == pytest.approx(0, abs=1e-3)


def test_images_on_a_line_are_mapped_onto_a_line_and_back():
    ramp = np.zeros((5, 4, 4), np.uint8)
    ramp[:, 1, 2] = [0, 50, 100, 150, 200]
    plane = principal_plane(ramp)

    np.testing.assert_allclose(plane.points[:, 0], [-100, -50, 0, 50, 100], atol=1e-3)
    np.testing.assert_allclose(plane.shares, [1, 0], atol=1e-6)
    steps = plane.points[:, 0] / plane.deviations[0]
    np.testing.assert_array_equal(plane.along(0, steps), ramp)


def test_the_same_images_give_the_same_map_whatever_their_order(images):
    plane, turned = principal_plane(images), principal_plane(images[::-1])

    np.testing.assert_allclose(turned.points[::-1], plane.points, atol=0.5)


@pytest.mark.parametrize("count", [1, 3])
def test_images_that_are_all_the_same_lie_in_one_point(count):
    plane = principal_plane(np.full((count, 28, 28), 77, np.uint8))

    np.testing.assert_allclose(plane.points, 0, atol=1e-3)
    assert np.isfinite(plane.shares).all()
    assert (plane.along(1, [0]) == 77).all()
