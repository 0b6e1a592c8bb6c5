"""Contracts (Verträge): insurer and number, and whose they are; how post finds its customer."""
