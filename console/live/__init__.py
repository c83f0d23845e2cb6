"""Keeping open pages true: event streams that carry the parts of a page that changed."""
