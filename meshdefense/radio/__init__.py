"""Radio drivers: they carry whole frames and lose some."""
