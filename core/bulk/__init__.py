"""Bulk actions (Sammelaktionen): operations on frozen selections that the worker carries out, step by step.

Whoever submits one may leave: it goes on where it stopped, whatever is killed meanwhile.
"""
