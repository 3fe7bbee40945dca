"""The model page: the active model's accuracy, card, learning curves, and smaller versions.

Its mistakes are on the Evaluation page.
"""

from mnist_core.networks.recipe import Recipe
from mnist_core.reading.recognizer import Recognizer
from mnist_core.runs import store
from ui import page, pictures, presenter, reports
from ui.compression import versions
from ui.live import live_html
from ui.model import card, code, take_home
from ui.training.run import curves_html

page.open_page("The model", "training.css", "compression.css")
presenter.ask()

with page.problems_told():
    recognizer = Recognizer.load()
    page.tell(recognizer.notice)
    model = recognizer.model
    with page.problems_told():
        live_html(card.headline_html(model.card, model.evaluation), key="headline")
    run = store.run_of(model)
    recipe = Recipe.from_json(model.card["recipe"])
    if model.history:
        curves = card.curves_html(model.history, recipe) if run is None else curves_html(run, run.track)
        live_html(card.learning_html(model.history, curves), key="learning")
        pictures.offer("curves", [f"--model={model.name}"])
    take_home.offer(model)
    reports.offer([model.name])
    code.show(model)
    versions.show(model)
