"""Labels for radios and pocket cards for people, to print at the organizers' table."""
