"""Bytes in; files that are whole at any moment out, in folders that one process at a time
works on.
"""

__all__ = ["files", "located"]
