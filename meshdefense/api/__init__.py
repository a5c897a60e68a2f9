"""The local socket: the only door for screens, the command line and other programs."""
