"""Radio and firmware as pure functions of time: who hears what, and when."""
