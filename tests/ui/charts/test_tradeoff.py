import re

import pytest

from ui.charts.tradeoff import Version, tradeoff_svg

VERSIONS = [
    Version("Original", 1_000_000, 0.997, 0.992, accented=True),
    Version("Float16", 500_000, 0.996, 0.991),
    Version("Full int8", 250_000, 0.99),
]


def positions(svg: str, name: str) -> list[float]:
    return [float(value) for value in re.findall(rf'<circle [^>]*{name}="([\d.]+)"', svg)]


def test_sizes_stand_at_a_logarithmic_axis_the_smallest_at_the_left():
    svg = tradeoff_svg(VERSIONS, "Accuracy against size", "gzipped")
    int8, float16, _, original, _ = positions(svg, "cx")
    assert original - float16 == pytest.approx(float16 - int8, abs=0.2)  # halves of one another
    assert int8 < float16 < original


def test_better_versions_stand_higher_and_open_marks_are_drawn_digits():
    svg = tradeoff_svg(VERSIONS, "Accuracy against size", "gzipped")
    int8, float16, float16_drawn, original, original_drawn = positions(svg, "cy")
    assert original < float16 < original_drawn < float16_drawn < int8
    assert re.findall(r'<circle class="([^"]+)"', svg) == ["line", "line", "open", "line accented", "open accented"]


def test_each_name_has_a_height_of_its_own_and_no_line_crosses_it():
    svg = tradeoff_svg(VERSIONS, "Accuracy against size", "gzipped")
    names = re.findall(r'class="curve-name[^"]*" x="([\d.]+)" y="([\d.]+)">([^<]+)', svg)
    assert [name for _, _, name in names] == ["Full int8", "Float16", "Original"]
    lines = re.findall(r'class="leader" x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)"', svg)
    for number, (x, top) in enumerate(lines):
        for name_x, name_y, _ in names[:number]:  # those at its left, whose names may reach over it
            assert float(name_x) < float(x)
            assert float(name_y) < float(top) + 1


def test_those_who_cannot_see_it_hear_all_figures():
    svg = tradeoff_svg(VERSIONS, "Accuracy against size", "gzipped")
    assert (
        'aria-label="Accuracy against size, gzipped: Full int8: 250 kB, 99.00 % of MNIST; Float16: 500 kB, 99.60 % of '
        "MNIST, 99.10 % of pen-drawn digits; Original: 1,000 kB, 99.70 % of MNIST, 99.20 % of pen-drawn digits"
    ) in svg


def test_one_version_or_equal_figures_can_be_drawn_as_well():
    for versions in ([VERSIONS[0]], [VERSIONS[2], VERSIONS[2]]):
        svg = tradeoff_svg(versions, "Accuracy against size", "gzipped")
        assert "nan" not in svg
        assert len(positions(svg, "cx")) == len([one for one in versions if one.drawn is not None]) + len(versions)
