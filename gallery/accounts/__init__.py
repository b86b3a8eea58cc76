"""Accounts: who signs up and in is django-allauth's; what becomes of their work is here."""
