"""Sphinx's settings: python -m sphinx --fail-on-warning docs _docs"""

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

project = "digest"
html_theme = "alabaster"
html_theme_options = {"description": "A static site of the papers that matter to you"}
extensions = ["myst_parser"]
myst_heading_anchors = 3
lexers["mermaid"] = TextLexer()  # shown as it is written; GitHub draws it
exclude_patterns = ["requirements.txt"]
