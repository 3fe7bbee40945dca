import re
from xml.etree import ElementTree

import numpy as np

from mnist_core.data.idx import write_idx
from ui.dataset.file_format import header_html, images_html, labels_html
from ui.dataset.samples import Sample

IMAGES = np.random.default_rng(0).integers(0, 256, (600, 28, 28), np.uint8)
LABELS = (np.arange(600) % 10).astype(np.uint8)


def table(html: str) -> list[list[str]]:
    rows = ElementTree.fromstring(html).findall(".//tbody/tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def test_the_header_is_explained_byte_by_byte():
    *fields, payload = table(header_html("train-images-idx3-ubyte", IMAGES))

    assert fields == [
        ["0", "00 00", "0", "always zero"],
        ["2", "08", "8", "type of the elements: uint8"],
        ["3", "03", "3", "number of dimensions: 3"],
        ["4", "00 00 02 58", "600", "size of dimension 1: 600 images"],
        ["8", "00 00 00 1C", "28", "size of dimension 2: 28 rows in each"],
        ["12", "00 00 00 1C", "28", "size of dimension 3: 28 columns in each"],
    ]
    assert payload[0] == "16"
    assert "470,400 bytes" in payload[-1]


def test_the_strip_shows_the_bytes_as_the_file_begins():
    strip = ElementTree.fromstring(header_html("labels", LABELS)).find(".//ol")
    shown = bytes.fromhex("".join(byte.text for byte in strip.findall(".//b")))

    assert shown == bytes([0, 0, 8, 1, 0, 0, 2, 88]) + LABELS[:12].tobytes()


def test_an_image_s_bytes_are_those_that_lie_at_its_offset(tmp_path):
    html = images_html(Sample("Training", 123), IMAGES)
    offset = int(re.search(r"<strong>([\d,]+)</strong>", html)[1].replace(",", ""))
    shown = bytes.fromhex("".join(re.findall(r"<td class=[^>]*>([0-9A-F]{2})</td>", html)))
    write_idx(tmp_path / "images", IMAGES)

    assert shown == (tmp_path / "images").read_bytes()[offset : offset + 784]


def test_a_label_s_byte_stands_marked_between_its_neighbours():
    for index in (0, 300, 599):
        strip = ElementTree.fromstring(labels_html(Sample("Test", index), LABELS)).find(".//ol")
        (marked,) = [item for item in strip if item.get("class") == "hot"]

        assert marked.find("span").text == f"{8 + index}"
        assert int(marked.find("strong").text, 16) == LABELS[index]
        assert len(strip) == 11
