"""Preparing radios with proof: plan, apply, read back, sign; the fleet's sealed files."""
