"""What an editor's picks say of new papers: learnt as text, scored with reasons, tried on the past.

`lessons` are papers and what became of them, `learn` makes a `model` of them, `score` says what a
model thinks of a paper and why, `replay` how early it would have put what was picked.
"""
