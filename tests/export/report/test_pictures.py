"""SVG files that become parts of one HTML file."""

from xml.etree import ElementTree

from mnist_core.export.report.pictures import inline

FILE = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="72pt" height="36pt" viewBox="0 0 72 36"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><a href="http://example.org/"/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style><path id="m1" d="M 0 0"/></defs>
 <g id="figure_1" clip-path="url(#p1)" style="fill: #a83218">
  <use xlink:href="#m1"/><image xlink:href="data:image/png;base64,AA=="/>
  <text style="font-size: 9px; font-family: 'DejaVu Sans'; fill: #1d1b18">7 &lt; 9</text>
 </g>
</svg>"""


def test_ids_and_what_refers_to_them_get_a_prefix_and_colours_do_not():
    root = ElementTree.fromstring(inline(FILE, "f1-", "A figure"))
    group, path = root.find("g"), root.find("defs/path")
    assert (group.get("id"), path.get("id")) == ("f1-figure_1", "f1-m1")
    assert group.get("clip-path") == "url(#f1-p1)"
    assert group.get("style") == "fill: #a83218"
    assert root.find("g/use").get("href") == "#f1-m1"
    assert root.find("g/image").get("href") == "data:image/png;base64,AA=="


def test_nothing_is_left_that_leads_elsewhere_or_changes_the_page_around():
    made = inline(FILE, "f1-", "A figure")
    assert "http" not in made
    assert "<style" not in made
    assert made.startswith("<svg")


def test_text_stays_text_in_a_font_that_every_browser_has():
    root = ElementTree.fromstring(inline(FILE, "f1-", "A figure"))
    text = root.find("g/text")
    assert text.text == "7 < 9"
    assert text.get("style") == "font-size: 9px; font-family: 'DejaVu Sans', sans-serif; fill: #1d1b18"


def test_it_says_what_it_shows_and_grows_no_larger_than_it_was():
    root = ElementTree.fromstring(inline(FILE, "f1-", "A “figure” & more"))
    assert (root.get("role"), root.get("aria-label")) == ("img", "A “figure” & more")
    assert (root.get("viewBox"), root.get("width"), root.get("height")) == ("0 0 72 36", "72pt", "36pt")
    assert "max-width: 1.00in" in root.get("style")
