"""Guided procedures as data; the room is kept for them and still empty."""
