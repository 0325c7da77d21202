"""Bytes in; files that are whole at any moment out, in folders that one process at a time
works on; and the text of files that people write.
"""

__all__ = ["files", "reading"]
