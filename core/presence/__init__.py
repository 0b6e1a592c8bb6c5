"""Who is here (Anwesenheit): which record a colleague has open, and when an operator was here last."""
