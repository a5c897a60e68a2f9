"""Signed documents that every member can read offline: rights, phone numbers, protocols."""
