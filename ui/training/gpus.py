"""The GPUs of this machine on the page: looked for once, in another process, and chosen where there are several."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from mnist_core.errors import StudioError
from mnist_core.runs import aside
from mnist_core.training import gpus
from mnist_core.training.gpus import Gpus
from ui.watching import watch


@dataclass(frozen=True)
class Look:
    """What is known of the GPUs now."""

    gpus: Gpus | None = None
    failure: str | None = None
    """Why they could not be looked for, which may be tried again."""

    @property
    def is_on(self) -> bool:
        """Whether they are being looked for."""
        return self.gpus is None and self.failure is None

    @property
    def news(self) -> bool:
        """Changes when they are known, or are being looked for again."""
        return self.is_on

    def sentence(self, chosen: str | None) -> str:
        """Says what is known.

        Args:
            chosen: the index of the GPU that was chosen on the page; None where nothing was.
        """
        if self.failure is not None:
            return f"Looking for GPUs failed: {self.failure}"
        if self.gpus is None:
            return "Looking for GPUs ..."
        return (self.gpus if chosen is None else replace(self.gpus, used=int(chosen))).sentence


def ask() -> Gpus:
    """Asks TensorFlow, in a process of its own.

    Raises:
        StudioError: that process failed, or a GPU is chosen that is not there.
        ValueError: its answer is no JSON.
    """
    return Gpus.from_json(json.loads(aside.output(["devices", "--json"])))


class Search:
    """The search for GPUs, which all visitors share.

    Args:
        ask: asks TensorFlow.
    """

    def __init__(self, ask: Callable[[], Gpus] = ask) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._look: Look | None = None

    def look(self) -> Look:
        """Returns what is known, and begins to search where nobody has searched.

        Raises:
            SettingsError: `MNIST_STUDIO_HOME` cannot be understood.
        """
        with self._lock:
            if self._look is None:
                self._look = Look(gpus.kept())
                if self._look.is_on:
                    threading.Thread(target=self._search, daemon=True).start()
            return self._look

    def again(self) -> None:
        """Lets the next look search again."""
        with self._lock:
            self._look = None

    def _search(self) -> None:
        try:
            self._look = Look(self._ask())
        except (StudioError, OSError, ValueError) as error:
            self._look = Look(failure=str(error))


@st.cache_resource(show_spinner=False)
def shared() -> Search:
    """Returns the search that all visitors share."""
    return Search()


def choose() -> str | None:
    """Lets the person choose a GPU where there are several; returns its index, and None where there is no choice."""
    found = shared().look().gpus
    if found is None or found.used is None or len(found.found) == 1:
        return None
    index = st.selectbox(
        "GPU",
        range(len(found.found)),
        index=found.used,
        format_func=found.label,
        key="gpu",
        persist_state="session",
    )
    return str(index)


def tell(chosen: str | None) -> None:
    """Says which GPUs there are and which one trains, as soon as that is known."""

    def draw(look: Look) -> None:
        st.caption(look.sentence(chosen))
        if look.failure is not None:
            st.button("Look again", key="look_for_gpus_again", on_click=shared().again)

    watch(shared().look, draw, idle_s=None)
