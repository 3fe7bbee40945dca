import nbformat
import pytest

from mnist_core.export.notebook import to_notebook
from mnist_core.export.script import training_script, training_sections
from mnist_core.networks import recipes
from tests.export.offline import loading_the_copy


def test_a_notebook_has_the_code_and_the_words_of_the_script():
    notebook = nbformat.reads(to_notebook(training_sections(recipes.TUTORIAL_2)), as_version=4)
    nbformat.validate(notebook)
    script = training_script(recipes.TUTORIAL_2)
    words = " ".join(line.removeprefix("# ") for line in script.splitlines()).replace("#", "")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.source in script
        else:
            heading, paragraph = cell.source.lstrip("# ").split("\n\n", 1)
            assert heading in script
            assert paragraph.split("\n\n")[0] in words


def test_the_same_recipe_makes_the_same_notebook():
    assert len({to_notebook(training_sections(recipes.QUICK)) for _ in range(2)}) == 1


def test_a_notebook_runs_in_a_fresh_interpreter(tmp_path, mnist, monkeypatch):
    pytest.importorskip("ipykernel", reason="running a notebook needs ipykernel")
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the notebook's own shows pictures
    import nbclient

    mnist.subset(1000, 200).write(tmp_path / "mnist.npz")
    sections = loading_the_copy(training_sections(recipes.QUICK))
    notebook = nbformat.reads(to_notebook(sections), as_version=4)
    done = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert len(pictures) == 3
    assert "Test accuracy: " in said
