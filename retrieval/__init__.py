"""Published content → passages → search → grounded answer."""
