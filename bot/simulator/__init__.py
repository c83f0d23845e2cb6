"""A strict local LINE platform and a page to chat on: everything the real one would refuse, it refuses too."""
