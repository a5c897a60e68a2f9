"""Rows of the tables as lines on the screen: pure functions of row, time and width."""
