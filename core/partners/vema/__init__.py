"""VEMA: customers out to the extranet."""

from core.partners.vema.partner import VemaPartner, open_partner

__all__ = ["VemaPartner", "open_partner"]
