"""Uploads that survive a lost connection: the tus 1.0 protocol, https://tus.io/protocols/."""
