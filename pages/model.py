"""The model that reads: what it reaches, who it is, how it learned, what it confuses."""

from mnist_core.recognizer import Recognizer
from ui import card, page
from ui.live import live_html

page.open_page("The model")

with page.problems_told():
    recognizer = Recognizer.load()
    page.tell(recognizer.notice)
    model = recognizer.model
    live_html(card.headline_html(model.card, model.evaluation), key="headline")
    live_html(card.learning_html(model.history), key="learning")
    live_html(card.mistakes_html(model.evaluation), key="mistakes")
