"""A view of a run, laid out once for all who watch it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from mnist_core.runs.store import Run


@dataclass(frozen=True)
class Look:
    """A run, and how it is shown to everybody who looks now."""

    run: Run | None
    lay_out: Callable[[Run], Mapping[str, Markup]]

    @property
    def is_on(self) -> bool:
        """Whether it is expected to change soon."""
        return self.run is not None and self.run.is_on

    @property
    def news(self) -> tuple[str, bool] | None:
        """Returns what, once it changes, changes the whole page."""
        return None if self.run is None else (self.run.id, self.run.is_on)

    @cached_property
    def html(self) -> Mapping[str, Markup]:
        """The parts of the page that are the same for all, by their keys; none while there is no run."""
        return {} if self.run is None else self.lay_out(self.run)
