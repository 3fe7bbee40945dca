import base64
import json

import pytest

from mnist_core.commands import main
from mnist_core.models import model_folder
from mnist_core.models.model_folder import Model


@pytest.mark.parametrize("exported_by", ["this version", "an earlier version"])
def test_take_home_writes_the_file_of_a_model(own_model, tmp_path, capsys, exported_by):
    weights = Model.open(own_model).packed_path.read_bytes().partition(b"\n")[2]
    if exported_by == "an earlier version":
        (own_model / model_folder.PACKED).unlink()
    file = tmp_path / "mine.html"
    assert main(["take-home", "--model", own_model.name, "--output", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "model": "mine",
        "bytes": file.stat().st_size,
        "written_to": str(file),
    }
    page = file.read_text(encoding="utf-8")
    assert "<title>mine reads digits</title>" in page
    assert base64.b64encode(weights).decode() in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "nobody", "--output", "nobody.html"], "There is no model “nobody”"),
        (["--output", "missing/mine.html"], "missing/mine.html cannot be written: No such file or directory."),
        (["--output", "-", "--json"], "Standard output is for the page or for JSON"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["take-home", *arguments]) == 1
    assert said in capsys.readouterr().err
