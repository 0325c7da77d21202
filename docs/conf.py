"""Sphinx's settings: python -m sphinx --fail-on-warning docs _docs"""

project = "digest"
html_theme = "alabaster"
html_theme_options = {"description": "A static site of the papers that matter to you"}
extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["requirements.txt"]
