"""What every page is judged by: accessibility in light and dark, and its width."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Rules of WCAG 2 A and AA and axe's best practices, as it comes: none is switched off. In the dark only colours differ.
LIGHT = {"resultTypes": ["violations"]}
DARK = LIGHT | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe_finds(page: Page, name: str) -> list[str]:
    """What axe finds on the page as it stands, light and then dark."""
    found = []
    page.evaluate(Axe().axe_script)
    for scheme, options in (("light", LIGHT), ("dark", DARK)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
        for one in violations:
            places = [node["target"] for node in one["nodes"]][:3]
            found.append(f"{name} ({scheme}): {one['id']} {one['help']} at {places}")
    page.emulate_media(color_scheme="light")
    return found


def too_wide(page: Page, name: str) -> list[str]:
    """By how much the page is wider than its window."""
    beyond = page.evaluate(OVERFLOW)
    return [f"{name}: {beyond} px too wide"] if beyond > 0 else []
