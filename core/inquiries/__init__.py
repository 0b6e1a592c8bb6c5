"""Inquiries (Rückfragen): what only the customer or the adviser can answer, asked and waited for."""
