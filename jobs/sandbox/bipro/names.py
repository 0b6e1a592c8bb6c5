"""Namespaces, paths and versions, as docs/partners/bipro.md has them."""

from __future__ import annotations

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}wssecurity-utility-1.0.xsd"
WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
WSC = "http://schemas.xmlsoap.org/ws/2005/02/sc"
WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing/"
"""With the slash at its end, as VEMA has it."""
TRANSFER = "http://www.bipro.net/namespace/transfer"
MESSAGES = "http://www.bipro.net/namespace/nachrichten"
GENERAL = "http://www.bipro.net/namespace/allgemein"
EVENT = "http://www.bipro.net/namespace/gevo"
XMIME = "http://www.w3.org/2005/05/xmlmime"
XOP = "http://www.w3.org/2004/08/xop/include"

SCT = f"{WSC}/sct"
ISSUE = f"{WST}/Issue"
CANCEL = f"{WST}/Cancel"
LOG_IN_ACTION = f"{WST}/RST/SCT"
VERSION = "2.6.1.1.0"


def tag(namespace: str, name: str) -> str:
    """A name as ElementTree writes it."""
    return f"{{{namespace}}}{name}"
