"""How static files are named once they are collected."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """By a hash of their content, also where one script imports another.

    Otherwise a page would load `page.js` twice, under two names, and each copy would take the other's first
    submit for a double click: no form would ever be sent.
    """

    support_js_module_import_aggregation = True
