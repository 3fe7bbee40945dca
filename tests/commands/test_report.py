import json

import pytest

from mnist_core.commands import main
from tests import pango


def test_report_writes_the_file_of_a_model(own_model, tmp_path, capsys):
    file = tmp_path / "mine.html"
    assert main(["report", "--model", "mine", "--beside", "shipped", "--output", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "model": "mine",
        "beside": "shipped",
        "format": "html",
        "bytes": file.stat().st_size,
        "written_to": str(file),
    }
    assert "<title>Report: mine and shipped</title>" in file.read_text(encoding="utf-8")


def test_standard_output_gets_nothing_but_the_report(capfdbinary):
    pango.required()
    assert main(["report", "--output", "-", "--format", "pdf"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "nobody", "--output", "nobody.html"], "There is no model “nobody”"),
        (["--beside", "shipped", "--output", "twice.html"], "“shipped” cannot be compared with itself"),
        (["--output", "missing/mine.html"], "missing/mine.html cannot be written: No such file or directory."),
        (["--output", "-", "--json"], "Standard output is for the report or for JSON"),
        (["--output", "mine.docx"], "The file should end in .html or .pdf, but is mine.docx"),
        (["--output", "-"], "The file should end in .html or .pdf"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["report", *arguments]) == 1
    assert said in capsys.readouterr().err
