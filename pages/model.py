"""The model that reads: who it is, how it was made, how it learned. What it confuses stands on the Evaluation page."""

from mnist_core.recognizer import Recognizer
from ui import card, page
from ui.live import live_html

page.open_page("The model")

with page.problems_told():
    recognizer = Recognizer.load()
    page.tell(recognizer.notice)
    model = recognizer.model
    with page.problems_told():
        live_html(card.headline_html(model.card, model.evaluation), key="headline")
    live_html(card.learning_html(model.history), key="learning")
