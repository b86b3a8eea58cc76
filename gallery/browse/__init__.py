"""Walls of public pictures: what hangs, in which order, and how it is found."""
