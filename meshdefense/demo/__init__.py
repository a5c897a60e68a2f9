"""The demo: seven real daemons on virtual radios, with throw-away data and a story."""
