"""How long the parts of an entry may be, in characters."""

ID_LIMIT = 64
QUESTION_LIMIT = 300
ANSWER_LIMIT = 5_000
"""One bubble of LINE; what is longer is a guide."""
GUIDE_LIMIT = 200_000
"""A document of some 200 full pages."""
