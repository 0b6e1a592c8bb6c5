"""One request and what came of it: every way in which the network can fail becomes a value."""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import certifi
import httpcore
import httpx

from core.outbox.outcome import Credentials
from core.partners.endpoint import PLACEHOLDER, Call, Endpoint, Scheme
from core.partners.transport import WATCH, CertificateRefused, Watch, WatchedTransport
from core.redaction import GONE, LONGEST, Redactor
from core.text import shortened, visible

T = TypeVar("T")
_BEGINNING = 65_536
"""Bytes that are read of a body whose announced length is too large already."""
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_SHOWN_HEADERS = (
    "content-type",
    "content-length",
    "content-encoding",
    "date",
    "retry-after",
    "location",
    "server",
)


class Failure(StrEnum):
    """Why there is no answer, or no whole one."""

    NOT_CONNECTED = "not-connected"
    CONNECT_TIMEOUT = "connect-timeout"
    NO_CONNECTION_FREE = "no-connection-free"
    CERTIFICATE = "certificate"
    NO_AUTHORITY = "no-authority"
    ACCOUNT = "account"
    TIMEOUT = "timeout"
    CUT = "cut"
    NOT_HTTP = "not-http"
    TOO_LARGE = "too-large"
    ENCODED = "encoded"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what came. `sent`: some of the request may have arrived. `status` None: no answer.

    With a status, `failure` says that its body is not whole. `headers` have small letters; `code` is
    OpenSSL's for a certificate.
    """

    request: str
    sent: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    failure: Failure | None = None
    detail: str = ""
    code: int = 0


class Client:
    """HTTPS to one endpoint with one account. Safe to call from several threads at once."""

    def __init__(self, endpoint: Endpoint, folder: Path, credentials: Credentials) -> None:
        self._endpoint = endpoint
        self._values = {"user": credentials.user, "password": credentials.password, **credentials.extra}
        self._account_fault = _account_fault(endpoint, self._values)
        self._no_authority = ""
        self._client: httpx.Client | None = None
        self._authentication: dict[str, str] = {}
        self._redactor = Redactor((credentials.password,))
        if not self._account_fault:
            self._authentication = _authentication(endpoint, self._values)
            shown = self._authentication.values()
            tokens = (value.rpartition(" ")[2] for value in shown)
            self._redactor = Redactor((credentials.password, *shown, *tokens))
        try:
            self._client = self._opened(folder)
        except (OSError, ssl.SSLError) as error:
            self._no_authority = f"{endpoint.ca_file}: {error.strerror or error}"

    def ask(self, call: Call, values: Mapping[str, str], body: bytes | None = None) -> Exchange:
        """Carries one request out. A network failure is in the Exchange; only a bug of ours is raised."""
        exchange, came = self.stream(call, values, body, lambda _head, pieces: b"".join(pieces))
        return replace(exchange, body=came or b"") if exchange.failure is not Failure.ENCODED else exchange

    def stream(
        self,
        call: Call,
        values: Mapping[str, str],
        body: bytes | None,
        take: Callable[[Exchange, Iterator[bytes]], T],
    ) -> tuple[Exchange, T | None]:
        """Like `ask`, but the body of an answer goes to `take`, piece by piece, once its head is there.

        A body that does not come whole just ends; the Exchange says why. Of one that is announced as too
        large only the beginning comes. None where nothing was answered.
        """
        url = _address(self._endpoint.url, call, values)
        headers = self._headers(call, values)
        shown = self._shown_request(call, url, headers, body)
        if self._account_fault:
            return Exchange(shown, sent=False, failure=Failure.ACCOUNT, detail=self._account_fault), None
        if self._client is None:
            return Exchange(shown, False, failure=Failure.NO_AUTHORITY, detail=self._no_authority), None
        request = self._client.build_request(
            call.method, url, headers=headers | self._authentication, content=body
        )
        return self._carried_out(self._client, request, shown, take)

    def shown_answer(self, exchange: Exchange) -> str:
        """The answer as an operator may see it: status, a few headers, body; redacted and short."""
        if exchange.status is None:
            return exchange.detail
        lines = [f"HTTP {exchange.status}"]
        lines += [f"{name}: {exchange.headers[name]}" for name in _SHOWN_HEADERS if name in exchange.headers]
        return _seen(self.redacted("\n".join(lines) + "\n\n" + _as_text(exchange.body)))

    def redacted(self, text: str) -> str:
        """Partner text without what this account must keep secret."""
        return self._redactor.redact(text)

    def close(self) -> None:
        """Ends all connections."""
        if self._client is not None:
            self._client.close()

    def _opened(self, folder: Path) -> httpx.Client:
        endpoint, seconds = self._endpoint, self._endpoint.timeouts
        context = _trusting(folder / endpoint.ca_file if endpoint.ca_file else None)
        client = httpx.Client(
            transport=WatchedTransport(context, endpoint.senders, seconds),
            timeout=httpx.Timeout(
                connect=seconds.connect, read=seconds.read, write=seconds.read, pool=seconds.connect
            ),
            follow_redirects=False,
            trust_env=False,
        )
        # A partner's cookies would tie one customer's transfer to the next.
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
        return client

    def _carried_out(
        self,
        client: httpx.Client,
        request: httpx.Request,
        shown: str,
        take: Callable[[Exchange, Iterator[bytes]], T],
    ) -> tuple[Exchange, T | None]:
        watch = Watch(time.monotonic() + self._endpoint.timeouts.total)
        request.extensions[WATCH] = watch
        try:
            response = client.send(request, stream=True)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            code = error.code if isinstance(error, CertificateRefused) else 0
            failure = _failure(error, sent=watch.sent)
            return Exchange(shown, watch.sent, failure=failure, detail=_said(error), code=code), None
        except httpx.RemoteProtocolError as error:
            return Exchange(shown, True, failure=Failure.NOT_HTTP, detail=str(error)), None
        body = _Body(response, self._endpoint.largest_answer)
        head = Exchange(shown, True, response.status_code, _by_name(response.headers))
        try:
            taken = take(head, iter(body))
        finally:
            response.close()
        return replace(head, failure=body.failure), taken

    def _headers(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        known = {**self._values, **values}
        filled = {
            name: _filled(text, known) for name, text in {**self._endpoint.headers, **call.headers}.items()
        }
        base = {"Accept": "application/xml", "Accept-Encoding": "identity", "User-Agent": "leitstand"}
        return base | {name: text for name, text in filled.items() if text}

    def _shown_request(self, call: Call, url: str, headers: Mapping[str, str], body: bytes | None) -> str:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lines = [f"{call.method} {target}", *(f"{name}: {text}" for name, text in headers.items())]
        shown = _seen(self.redacted("\n".join(lines) + "\n\n" + _as_text(body or b"")))
        hidden = "".join(f"\n{name}: {GONE}" for name in self._authentication)
        return shortened(shown.replace("\n", f"{hidden}\n", 1), LONGEST)


class _Body:
    """The body of an answer in pieces; afterwards `failure` says why it is not whole, where it is not."""

    def __init__(self, response: httpx.Response, largest: int) -> None:
        self._response, self._largest = response, largest
        self.failure: Failure | None = None
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            self.failure = Failure.ENCODED

    def __iter__(self) -> Iterator[bytes]:
        length, most = 0, self._largest
        announced = self._response.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and (len(announced) > 18 or int(announced) > most):
            most = min(most, _BEGINNING)
        try:
            for chunk in self._response.iter_raw():
                yield chunk[: most - length]
                length += len(chunk)
                if length > most:
                    self.failure = Failure.TOO_LARGE
                    return
        except httpcore.TimeoutException:
            self.failure = Failure.TIMEOUT
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            self.failure = Failure.CUT


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is not None:
        return ssl.create_default_context(cafile=str(ca_file))
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


def _authentication(endpoint: Endpoint, values: Mapping[str, str]) -> dict[str, str]:
    own = {name: _filled(text, values) for name, text in endpoint.authentication.headers.items()}
    if endpoint.authentication.scheme is Scheme.HEADERS:
        return own
    token = base64.b64encode(f"{values['user']}:{values['password']}".encode()).decode()
    return {"Authorization": f"Basic {token}", **own}


def _account_fault(endpoint: Endpoint, values: Mapping[str, str]) -> str:
    """The field of the account that nothing can be sent with, as it stands; empty where all is well."""
    basic = endpoint.authentication.scheme is Scheme.BASIC
    for name in endpoint.authentication.needs:
        value = values.get(name, "")
        if not value or (basic and name == "user" and ":" in value):
            return name
    templates = {**endpoint.headers, **endpoint.authentication.headers}.values()
    used = {name for template in templates for name in PLACEHOLDER.findall(template) if name in values}
    return next((name for name in sorted(used) if not _HEADER_VALUE.fullmatch(values[name] or "-")), "")


def _address(base: str, call: Call, values: Mapping[str, str]) -> str:
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    parameters = {name: _filled(text, values) for name, text in call.parameters.items()}
    query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
    return base.rstrip("/") + _filled(call.path, quoted) + query


def _filled(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)


def _failure(error: Exception, *, sent: bool) -> Failure:
    if isinstance(error, CertificateRefused):
        return Failure.CERTIFICATE
    if isinstance(error, httpcore.PoolTimeout):
        return Failure.NO_CONNECTION_FREE
    if isinstance(error, httpcore.TimeoutException):
        return Failure.TIMEOUT if sent else Failure.CONNECT_TIMEOUT
    if not sent:
        return Failure.NOT_CONNECTED
    # httpcore hands h11's complaint on as an argument; a closed connection it words itself.
    broken = isinstance(error, httpcore.RemoteProtocolError) and isinstance(error.args[0], Exception)
    return Failure.NOT_HTTP if broken else Failure.CUT


def _said(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return str(inner)


def _by_name(headers: httpx.Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers.raw}


def _as_text(body: bytes) -> str:
    return body[:65_536].decode("utf-8", errors="replace").replace("\r\n", "\n")


def _seen(text: str) -> str:
    """Hidden characters made visible: they may be what a record was refused for."""
    if text.replace("\n", "").isprintable():
        return text
    return shortened("\n".join(map(visible, text.split("\n"))), LONGEST)
