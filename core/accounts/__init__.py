"""Partner accounts (Zugänge): credentials, mode, breakers (Sicherungen), pauses, log-in tests.

Below inbox and outbox, because one account serves both and one breaker guards it.
"""
