"""The postbox (Postbox): what partners have for the office, fetched, kept, filed and acknowledged."""
