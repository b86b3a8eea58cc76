"""The channel layers, of one process and of several: Channels' own, each with a remedy."""
