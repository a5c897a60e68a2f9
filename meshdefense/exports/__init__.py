"""Files for others, made of rows of the local API: pure, and redacted unless told otherwise."""
