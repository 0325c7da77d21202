"""A static site of curated papers, built from arXiv and RSS."""

__version__ = "0.1.0"
