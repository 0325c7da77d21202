"""Pages in; the bytes of their files out, by Jinja templates, in the site's language."""

from digest.render.files import ShardDone, SiteFiles
from digest.render.renderer import FormulaCounts, Renderer, default_templates

__all__ = ["FormulaCounts", "Renderer", "ShardDone", "SiteFiles", "default_templates"]
