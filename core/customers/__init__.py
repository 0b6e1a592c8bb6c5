"""Customers (Kunden): the record, its rules and operations, and how they come in and go out."""
