"""Batches: many photographs, each in many styles, as one table."""
