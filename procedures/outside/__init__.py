"""Other systems: what they are told of applications, and what they may read and write."""
