"""How is a text kept that was declared before there was a page to say it on?"""

from flask_babel import LazyString
from markupsafe import escape


class Later(LazyString):  # type: ignore[misc]
    """A text that is said in the page's language each time that it is read."""

    def __html__(self) -> str:
        # Without this a template would translate it twice: to ask for __html__, and to show it.
        return escape(str(self))
