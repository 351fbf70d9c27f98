"""Static files under names that carry their hash."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Imports between script modules are rewritten too: one file under two names would run twice on a page."""

    support_js_module_import_aggregation = True
