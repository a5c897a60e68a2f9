"""The organizers' table: many radios, prepared by the same commands that a person types.

The commands run as a child process, so that whatever the radio library does there, a hang, a
crash or an exit, leaves the screen alone. `child` runs one, `shapes` reads what it says, `state`
keeps what is known, `work` puts them together.
"""
