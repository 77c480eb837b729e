"""The page's own look: calm paper by day, ink by night, the system's fonts, nothing fetched from anywhere.

Gradio's variables are set here so that its components agree with ``static/lodger.css``, which lays out what is ours. It covers
colours, type and corners; layout is the style sheet's.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradio.themes import Base
from gradio.themes.utils.colors import Color

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Arial", "sans-serif")
MONO = (
    "ui-monospace",
    "SF Mono",
    "Cascadia Mono",
    "JetBrains Mono",
    "Menlo",
    "Consolas",
    "DejaVu Sans Mono",
    "monospace",
)

TIDE = Color(
    "#eef7f8",
    "#d6ecef",
    "#b0dae1",
    "#7fc1cd",
    "#47a1b2",
    "#22849a",
    "#126b81",
    "#10586b",
    "#124959",
    "#133d4b",
    "#08252f",
    name="tide",
)
PAPER = Color(
    "#fbfaf8",
    "#f4f2ee",
    "#e7e4de",
    "#d5d1c8",
    "#a5a199",
    "#75726b",
    "#55534e",
    "#3f3e3b",
    "#2a2a29",
    "#1b1c1e",
    "#121316",
    name="paper",
)

# each name without its mode -> (light, dark)
COLOURS: Mapping[str, tuple[str, str]] = {
    "body_background_fill": ("#f8f7f4", "#0f1215"),
    "body_text_color": ("#1e2126", "#e3e6ea"),
    "body_text_color_subdued": ("#686b72", "#969da8"),
    "background_fill_primary": ("#ffffff", "#15191e"),
    "background_fill_secondary": ("#f3f1ed", "#1a1f25"),
    "border_color_primary": ("#e3e0d9", "#272d35"),
    "border_color_accent": ("#7fc1cd", "#2c6c7c"),
    "border_color_accent_subdued": ("#d6ecef", "#1d3f49"),
    "block_background_fill": ("#ffffff", "#15191e"),
    "block_border_color": ("#e3e0d9", "#272d35"),
    "block_label_background_fill": ("#ffffff", "#15191e"),
    "block_label_text_color": ("#686b72", "#969da8"),
    "block_title_text_color": ("#3b3f46", "#c5cbd3"),
    "block_info_text_color": ("#686b72", "#8b93a0"),
    "panel_background_fill": ("#ffffff", "#15191e"),
    "panel_border_color": ("#e3e0d9", "#272d35"),
    "input_background_fill": ("#ffffff", "#11151a"),
    "input_border_color": ("#d9d5cd", "#2e353f"),
    "input_border_color_focus": ("#22849a", "#47a1b2"),
    "input_placeholder_color": ("#75787f", "#838b97"),
    "button_primary_background_fill": ("#126b81", "#22849a"),
    "button_primary_background_fill_hover": ("#10586b", "#2c93aa"),
    "button_primary_border_color": ("#126b81", "#22849a"),
    "button_primary_text_color": ("#ffffff", "#ffffff"),
    "button_secondary_background_fill": ("#ffffff", "#1a1f25"),
    "button_secondary_background_fill_hover": ("#f3f1ed", "#222932"),
    "button_secondary_border_color": ("#ddd9d1", "#2e353f"),
    "button_secondary_text_color": ("#2b2f36", "#d5dae1"),
    "button_cancel_background_fill": ("#ffffff", "#1f1719"),
    "button_cancel_background_fill_hover": ("#fdf0ee", "#2b1c1e"),
    "button_cancel_border_color": ("#e8b9b2", "#6a3236"),
    "button_cancel_text_color": ("#a5352b", "#f1a39b"),
    "code_background_fill": ("#f3f1ed", "#1a1f25"),
    "color_accent_soft": ("#eef7f8", "#132c34"),
    "link_text_color": ("#0f6378", "#6cc3d3"),
    "table_border_color": ("#e7e4de", "#272d35"),
    "table_even_background_fill": ("#ffffff", "#15191e"),
    "table_odd_background_fill": ("#faf9f6", "#181d22"),
    "error_background_fill": ("#fdf0ee", "#2b1a1c"),
    "error_border_color": ("#e8b9b2", "#6a3236"),
    "error_text_color": ("#a5352b", "#f1a39b"),
}

SHAPES: Mapping[str, str] = {
    "block_border_width": "1px",
    "block_label_text_weight": "500",
    "block_padding": "14px",
    "block_radius": "12px",
    "block_shadow": "none",
    "block_shadow_dark": "none",
    "block_title_text_weight": "550",
    "button_border_width": "1px",
    "button_large_radius": "10px",
    "button_large_text_weight": "550",
    "button_medium_radius": "9px",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "button_small_radius": "8px",
    "button_small_text_weight": "500",
    "button_transform_active": "none",
    "color_accent": "#22849a",
    "container_radius": "12px",
    "input_radius": "9px",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 3px rgba(34, 132, 154, 0.16)",
    "layout_gap": "14px",
    "prose_header_text_weight": "600",
}


def lodger_theme() -> Base:
    """Makes the theme: system fonts only, so that the page asks no other host for anything."""
    theme = Base(
        primary_hue=TIDE,
        secondary_hue=TIDE,
        neutral_hue=PAPER,
        text_size="md",
        radius_size="md",
        spacing_size="md",
        font=list(SANS),
        font_mono=list(MONO),
    )
    modes = {name: light for name, (light, _) in COLOURS.items()}
    modes |= {f"{name}_dark": dark for name, (_, dark) in COLOURS.items()}
    return theme.set(**modes, **SHAPES)
