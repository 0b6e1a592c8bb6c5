"""Simulated partners as real servers on loopback, so that everything can be tried without harming anybody.

- reading: bytes to a customer, with this side's own eyes (core's wire is not imported)
- checks: what the simulated VEMA refuses, and never tells
- book: whom it knows, by which numbers, and what became of every key
- vema: the extranet: log-ins, requests, answers
- bipro/: the postboxes of BiPRO 410 and 430, VEMA's and a standard insurer's, on the same server
- account: who is let in, and how that is locked; request: what both partners see of a request, and answer
- faults, trouble, counting: what goes wrong on purpose, from a file that may be edited while the sandbox runs
- exchange: one request and what becomes of it, connections that are really cut; rubbish: no answers at all
- server: HTTPS; certificates, also such as nobody may accept; admin: its books, for comparison
- client: how tests, the demo and benches start a sandbox and look into it
"""
