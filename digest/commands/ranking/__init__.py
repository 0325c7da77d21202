"""A site's folder in; what its editor decided, what is learnt from it, and days in order out."""
