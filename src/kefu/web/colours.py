"""The brand's one colour, made readable: a shade of it for light pages and one for dark pages."""

import colorsys
import functools

LIGHT_CARD = "#ffffff"
DARK_CARD = "#151d1a"
ENOUGH_LIGHT = 5.0
ENOUGH_DARK = 7.5


def _channels(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two `#rrggbb` colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _moved(colour: str, card: str, enough: float, step: float) -> str:
    hue, light, full = colorsys.rgb_to_hls(*_channels(colour))
    while contrast(colour, card) < enough:
        light = min(1.0, max(0.0, light + step))
        red, green, blue = colorsys.hls_to_rgb(hue, light, min(full, 0.62) if step > 0 else full)
        colour = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
    return colour


@functools.cache
def accents(colour: str) -> tuple[str, str]:
    """The shades of `colour` that stay readable as text on a light and on a dark card."""
    return _moved(colour, LIGHT_CARD, ENOUGH_LIGHT, -0.01), _moved(colour, DARK_CARD, ENOUGH_DARK, 0.01)
