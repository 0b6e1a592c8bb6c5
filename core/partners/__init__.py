"""One folder a partner: how to talk to it."""
