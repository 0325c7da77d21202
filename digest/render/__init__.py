"""Pages in; the bytes of their files out, by Jinja templates, in the site's language."""

from digest.render.files import SiteFiles
from digest.render.renderer import FormulaCounts, Renderer, default_templates

__all__ = ["FormulaCounts", "Renderer", "SiteFiles", "default_templates"]
