"""Entries and guides: from draft to published, from packs and files and back."""
