"""Pictures drawn into a page: a QR code as inline SVG, dark on white in every look so that cameras read it."""

from typing import Any

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_code(text: str, label: Any) -> SafeString:
    """`text` as a QR code; `label` says what it is to who cannot see it."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=3, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    # What segno draws holds no text of ours: only paths.
    return format_html('<div class="qr-code" role="img" aria-label="{}">{}</div>', label, mark_safe(drawn))  # noqa: S308
