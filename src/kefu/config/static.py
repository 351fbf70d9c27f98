"""How static files are named once they are collected."""

from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """By a hash of their content, also where one script imports another.

    Otherwise a page would load `page.js` twice, under two names, and each copy would take the other's first
    submit for a double click: no form would ever be sent.
    """

    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """What a library's script imports by a bare word is no file of ours and keeps its name."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
