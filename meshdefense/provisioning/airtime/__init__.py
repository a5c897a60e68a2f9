"""The airtime plan for people: in sentences and as a picture."""
