"""The encrypted store of a node."""
