"""Published content → passages → search → grounded answer."""

import os

# Before NumPy is loaded: a product for one question is too small to share, and waits for its slowest thread when other work is done.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
