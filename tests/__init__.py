"""Tests, mirroring the packages; scenarios/ holds conversations, acceptance/ everyday questions."""
