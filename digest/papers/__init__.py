"""The archive judged: what lists need to know of each paper. Pure."""
