"""One node: the engine, its store and its radio, joined by a single consumer of events."""
