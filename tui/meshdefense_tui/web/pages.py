"""The pages of the browser. They load from their own server only, and have no inline script."""

from __future__ import annotations

from html import escape
from typing import Final

from meshdefense_tui.phrases import phrase

__all__ = ["SCRIPT", "STYLE", "pin_page", "sentence_page", "terminal_page"]

STYLE: Final = """\
@font-face {
  font-family: "Roboto Mono";
  src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf");
}
html, body { height: 100%; margin: 0; background: #101418; color: #e6e6e6; }
body { font-family: "Roboto Mono", monospace; font-size: 16px; overflow: hidden; }
main { max-width: 40em; margin: 15vh auto; padding: 0 1em; }
input, button { font: inherit; padding: 0.5em; margin: 0.5em 0.5em 0.5em 0; }
.remark { color: #ffd479; }
.textual-terminal { height: 100%; }
#ended { display: none; position: absolute; top: 15vh; left: 0; right: 0; margin: 0;
  padding: 0.5em; background: #7a1f1f; z-index: 10; }
body.-closed #ended { display: block; }
body.-closed .textual-terminal { visibility: hidden; }
body.-first-byte #starting { display: none; }
"""
SCRIPT: Final = """\
document.addEventListener("DOMContentLoaded", () => {
  const terminal = document.getElementById("terminal");
  if (!terminal) return;
  terminal.dataset.sessionWebsocketUrl = "ws://" + location.host + "/ws";
  const seek = setInterval(() => {
    const entry = document.querySelector(".xterm-helper-textarea");
    if (entry) {
      clearInterval(seek);
      entry.focus();
    }
  }, 50);
});
"""
"""The socket has the address that the person used: 127.0.0.1 or localhost. Keys go to the terminal
without a click."""


def sentence_page(language: str, key: str, **values: object) -> str:
    """A page that says why there is nothing else to see."""
    said = escape(phrase(key, language, **values))
    title = escape(phrase("web_refused", language))
    return _page(language, f"<main><h1>{title}</h1><p>{said}</p></main>")


def pin_page(language: str, remark: str = "") -> str:
    """Asks for the PIN; `remark` says what was wrong with the last one."""
    title = escape(phrase("web_pin_title", language))
    ask, go = escape(phrase("web_pin_ask", language)), escape(phrase("web_pin_go", language))
    told = f'<p class="remark" role="alert">{escape(remark)}</p>' if remark else ""
    return _page(
        language,
        f'<main><h1>MeshDefense</h1><form method="post" action="/pin">'
        f'<label for="pin">{title}</label><br>'
        f'<input id="pin" name="pin" type="password" autocomplete="off" autofocus required>'
        f"<button>{go}</button></form><p>{ask}</p>{told}</main>",
    )


def terminal_page(language: str, font_size: int) -> str:
    """The terminal in which the screens are drawn."""
    ended = escape(phrase("web_tab_ended", language))
    starting = escape(phrase("web_starting", language))
    return _page(
        language,
        f'<p id="starting">{starting}</p><p id="ended" role="alert">{ended}</p>'
        f'<div id="terminal" class="textual-terminal" data-font-size="{font_size}"></div>',
        '<link rel="stylesheet" href="/static/css/xterm.css">'
        '<script src="/page.js"></script><script src="/static/js/textual.js"></script>',
    )


def _page(language: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f'<title>MeshDefense</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="/page.css">{head}</head><body>{body}</body></html>\n'
    )
