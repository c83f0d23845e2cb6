"""Frozen values that templates show, one module per room."""
