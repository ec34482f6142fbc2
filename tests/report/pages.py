"""Pages as a browser sees them: tags, attributes, ids and links, for the contract of a report."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

ACTIVE = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "button", "foreignobject"}
ACTIVE |= {"img", "image", "audio", "video", "source", "animate", "set", "portal", "frame", "applet"}
LINKS = {"href", "src", "xlink:href", "action", "srcset", "data", "poster", "formaction", "background"}


@dataclass
class Page:
    """What a parser found on a page; `forbidden` is everything a self-contained page must not have."""

    tags: dict[str, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    figures: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def sections(self) -> list[str]:
        return [i for i in self.ids if f"{i}-title" in self.ids]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page, self.open = Page(), ""

    def handle_starttag(self, tag, attrs):
        page, self.open = self.page, tag
        page.tags[tag] = page.tags.get(tag, 0) + 1
        if tag in ACTIVE:
            page.forbidden.append(tag)
        named = {name: value or "" for name, value in attrs}
        if tag == "svg":
            page.figures.append(named)
        for name, value in named.items():
            self._attribute(tag, name, value)

    def _attribute(self, tag, name, value):
        page = self.page
        if name == "id":
            page.ids.append(value)
        if name in LINKS:
            page.links.append(value)
        outside = name in LINKS and not value.startswith("#")
        fetched = any(not u.startswith("#") for u in re.findall(r"url\(\s*['\"]?([^)'\"]*)", value))
        if name.startswith("on") or outside or fetched:
            page.forbidden.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        if self.open == "style" and re.search(r"@import|url\(\s*['\"]?(?!#)|expression\(", data):
            self.page.forbidden.append(data)
        if data.strip():
            self.page.words.append(data.strip())

    def handle_endtag(self, tag):
        self.open = ""


def page_of(html: str) -> Page:
    """The page as parsed."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.page
