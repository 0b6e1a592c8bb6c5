"""What comes in: stored raw and durably, then applied; what cannot be applied is quarantined."""
