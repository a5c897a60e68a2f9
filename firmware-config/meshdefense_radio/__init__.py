"""Radio profiles, regions and airtime."""
