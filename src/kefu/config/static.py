"""How static files are named, and packed, once they are collected."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

PACKED = (".css", ".js", ".svg")


class HashedFiles(ManifestStaticFilesStorage):
    """By a hash of their content, also where one script imports another; a gzipped copy lies beside each.

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

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """WhiteNoise sends `x.css.gz` to whoever takes it, and never compresses by itself."""
        for name, hashed, processed in super().post_process(*args, **kwargs):
            if isinstance(hashed, str) and hashed.endswith(PACKED):
                plain = Path(self.path(hashed))
                plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
            yield name, hashed, processed
