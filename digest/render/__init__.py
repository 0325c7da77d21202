"""Pages in; the bytes of their files out, by Jinja templates, in the site's language."""

from digest.render.environment import default_templates
from digest.render.files import ShardDone, SiteFiles
from digest.render.renderer import Renderer
from digest.render.texts import FormulaCounts

__all__ = ["FormulaCounts", "Renderer", "ShardDone", "SiteFiles", "default_templates"]
