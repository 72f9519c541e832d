"""What a browser would show of a text with HTML in it."""

from dataclasses import dataclass
from html.parser import HTMLParser

_APART = ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure",
          "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
          "ol", "option", "p", "pre", "section", "table", "td", "th", "tr", "ul")  # fmt: skip
_UNSEEN = ("script", "style", "template", "title")


@dataclass(frozen=True)
class Html:
    """Takes tags, comments, scripts and styles out, and reads character references.

    What stood in paragraphs, lines and cells of its own is kept apart by a space. A lone `<` that
    opens no tag stays.

    Example:
        >>> Html()("<p>Tom &amp; Jerry</p><p>2 &lt; 3<br>5 < 6</p><script>x()</script>")
        ' Tom & Jerry  2 < 3 5 < 6 '
    """

    def __call__(self, text: str) -> str:
        """Returns the text that is left."""
        if "<" not in text and "&" not in text:
            return text
        reader = _Reader()
        reader.feed(text)
        reader.close()
        return "".join(reader.seen)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN and not self._hidden:
            self._hidden = tag
        elif tag in _APART:
            self.seen.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _APART:
            self.seen.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""
        elif tag in _APART and tag != "br":
            self.seen.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)
