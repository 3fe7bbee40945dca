"""Writes code in sections as a Jupyter notebook."""

from collections.abc import Sequence

from mnist_core.export.sections import Section


def to_notebook(sections: Sequence[Section]) -> str:
    """Writes sections as a notebook: for each a heading, its words, and a cell of code.

    Args:
        sections: the first, without code, is about the whole.

    Returns:
        The text of an `.ipynb` file.
    """
    import nbformat  # a tenth of a second, and few want a notebook: only here
    from nbformat import v4

    whole, *steps = sections
    cells = [v4.new_markdown_cell(f"# {whole.heading}\n\n{whole.words}")]
    for step in steps:
        cells += [v4.new_markdown_cell(f"## {step.heading}\n\n{step.words}"), v4.new_code_cell(step.code)]
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number}"  # so that the same sections make the same file
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook: str = nbformat.writes(v4.new_notebook(cells=cells, metadata=kernel))
    return notebook
