"""Simulated partners as real servers on loopback, so that everything can be tried without harming anybody.

- reading: bytes to a customer, with this side's own eyes (core's wire is not imported)
- checks: what the simulated VEMA refuses, and never tells
- book: whom it knows, by which numbers, and what became of every key
- vema: the extranet: log-ins, requests, answers
- faults: what goes wrong on purpose, from a file that may be edited while the sandbox runs
- server: HTTPS, and the connections that are really cut; admin: its books, for comparison
- client: how tests, the demo and benches start a sandbox and look into it
"""
