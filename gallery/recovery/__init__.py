"""Backups: made while the site serves, and brought back. See docs/recovery.md."""
