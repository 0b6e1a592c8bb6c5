"""How an inquiry would leave the house by itself: what a mail account has to offer, once one is set up."""

from __future__ import annotations

from typing import Protocol

from core.inquiries.inquiry import Inquiry


class Post(Protocol):
    """Carries inquiries. Until an office has one, letters are copied, and nothing claims to be sent."""

    def reaches(self, inquiry: Inquiry) -> bool:
        """Whether there is an address to which it could go."""
        ...

    def send(self, inquiry: Inquiry) -> str:
        """Hands it over once; answers the reference under which it went. Raises PartnerError."""
        ...
