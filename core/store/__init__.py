"""Where records live: one database, SQLite or PostgreSQL, reached through short transactions."""
