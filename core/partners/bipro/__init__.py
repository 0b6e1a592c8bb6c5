"""Post by BiPRO: log-in by norm 410, shipments by norm 430; what differs between providers is a profile."""

from core.partners.bipro.postbox import BiproPostbox, open_postbox

__all__ = ["BiproPostbox", "open_postbox"]
