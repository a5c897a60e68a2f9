"""Which layers the map shows, and whom to credit for its streets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.map.layers import LAYER_KEYS, Layer
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import pad, wrap

__all__ = ["LayersScreen"]

_WORDS_CELLS: Final = 34


class LayersScreen(Window):
    """A letter shows or hides its layer at once; the map changes behind the window."""

    def __init__(self, desk: Desk, layers: Layer, changed: Callable[[Layer], None]) -> None:
        super().__init__(desk)
        self.map_layers, self._changed = layers, changed
        self.add_class("-choice")

    def window_lines(self, width: int) -> list[Line]:
        """Every layer with its state in words, the pack, the credit, and how to leave."""
        look = self.desk.look
        lines: list[Line] = [((look.say("layers_title"), "title_focus"),)]
        for key, layer in LAYER_KEYS:
            assert layer.name is not None  # each is a single layer
            on = layer in self.map_layers
            words = pad(look.say(f"layer_{layer.name.lower()}"), min(_WORDS_CELLS, width - 16))
            state = look.say("layer_on" if on else "layer_off")
            lines.append(
                ((f"  {key} ", "key"), (f" {words} ", "plain"), (state, "good" if on else "quiet"))
            )
        lines += [((part, "quiet"),) for part in self._source(width)]
        return [*lines, *hint_lines(look.say("layers_hint"), width)]

    def _source(self, width: int) -> list[str]:
        look, streets = self.desk.look, self.desk.streets
        if streets is None or not streets.credit:
            return wrap(look.say("layers_no_pack"), width)
        title = look.say("layers_pack", title=streets.title)
        return wrap(f"{title}  {streets.credit}", width)

    def on_key(self, event: events.Key) -> None:
        """Show or hide the layer of this letter."""
        for key, layer in LAYER_KEYS:
            if event.character == key:
                event.stop()
                self._toggle(layer)
                return

    def on_click(self, event: events.Click) -> None:
        """A click on a layer does what its letter does."""
        if event.widget is self.lines and 0 <= event.y - 1 < len(LAYER_KEYS):
            self._toggle(LAYER_KEYS[event.y - 1][1])

    def _toggle(self, layer: Layer) -> None:
        self.map_layers ^= layer
        self._changed(self.map_layers)
        self.lines.repaint()
