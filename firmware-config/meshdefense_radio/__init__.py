"""Profiles, regions and checks for radios: data, and pure functions on it."""
