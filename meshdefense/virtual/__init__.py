"""Radios in software that speak the Meshtastic device protocol over TCP."""
