"""The screens in a browser of the same computer: who is let in, the pages, and a tab's process.

Nothing is imported here: `server` needs the extra meshdefense[web].
"""
