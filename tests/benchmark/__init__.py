"""`make bench`: the product's figures beside their targets, measured on the real processes."""
