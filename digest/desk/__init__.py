"""The editor's desk: what people write in Markdown, and the tools they write it with."""
