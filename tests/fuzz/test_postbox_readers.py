"""Whatever a partner sends becomes files or a reason: never a crash, never a hang, never a lost byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.archive import Stored
from core.errors import UnreadableInput
from core.partners.bipro.message import open_short
from core.partners.bipro.mtom import read_media_type, read_multipart, read_part
from core.partners.bipro.postbox import BiproPostbox
from core.partners.bipro.profile import SHIPPED, read_profile
from core.partners.bipro.soap import status_of
from core.partners.bipro.sts import read_token
from core.partners.bipro.transfer import offered_in
from core.partners.xml import Unreadable
from tests.fuzz.messages import (
    Message,
    content_types,
    damaged_ones,
    odd_documents,
    right_ones,
    rubbish,
    short_ones,
)

# more than 2,000 inputs in all in `make test`, 20,000 every night
EACH = 5_000 if settings().max_examples >= 5_000 else 500
SECONDS = 5
"""Far more than any of them needs, far less than a hang."""


class Keeping:
    """Keeps what it is given, in memory: syncing twenty thousand files would take all night."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def __call__(self, chunks: Iterable[bytes]) -> Stored:
        data = b"".join(chunks)
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return Stored(sha256, len(data))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the answer lies that is read at the moment."""
    return tmp_path_factory.mktemp("fuzz") / "raw"


@pytest.fixture(scope="module")
def postbox() -> BiproPostbox:
    """VEMA's."""
    return BiproPostbox(read_profile(SHIPPED["vema"]))


def ends_well(postbox: BiproPostbox, raw: Path, message: Message) -> None:
    """It becomes files that were kept whole, or a reason in words; the raw answer is as it was."""
    raw.write_bytes(message.body)
    keeping = Keeping()
    try:
        contents = postbox.contents(raw, message.content_type, keeping)
    except UnreadableInput as error:
        assert str(error.reason).strip()
    else:
        assert contents.files
        assert all(len(keeping.kept[file.stored.sha256]) == file.stored.size for file in contents.files)
        assert len({file.position for file in contents.files}) == len(contents.files)
    assert raw.read_bytes() == message.body


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(message=damaged_ones())
def test_damaged_answers_end_well(postbox: BiproPostbox, raw: Path, message: Message) -> None:
    ends_well(postbox, raw, message)


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(message=rubbish())
def test_rubbish_ends_well(postbox: BiproPostbox, raw: Path, message: Message) -> None:
    ends_well(postbox, raw, message)


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(message=odd_documents())
def test_odd_documents_end_well(postbox: BiproPostbox, raw: Path, message: Message) -> None:
    ends_well(postbox, raw, message)


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(message=st.one_of(damaged_ones(short_ones), odd_documents()))
def test_tokens_lists_and_refusals_are_read_or_called_unreadable(
    postbox: BiproPostbox, message: Message
) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with suppress(Unreadable):
        body = open_short(message.body, message.content_type, 1_000_000).body
        assert all(one.number for one in offered_in(body))
        with suppress(Unreadable):
            assert all(status_of(body).codes)
        token = read_token(postbox.profile, body, now)
        assert token.identifier
        assert token.ends_at > now


@pytest.mark.parametrize("number", range(len(right_ones())))
def test_right_answers_are_read_whole(postbox: BiproPostbox, raw: Path, number: int) -> None:
    message = right_ones()[number]
    raw.write_bytes(message.body)
    contents = postbox.contents(raw, message.content_type, Keeping())
    assert contents.files
    assert contents.offered.number


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(
    contents=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    boundary=st.text("abcXYZ019'()+_,-./:=?", min_size=1, max_size=60),
    line_break=st.sampled_from((b"\r\n", b"\n")),
    preamble=st.binary(max_size=20),
    epilogue=st.binary(max_size=20),
    padding=st.sampled_from((b"", b" ", b" \t")),
)
def test_parts_come_out_byte_for_byte(
    contents: list[bytes],
    boundary: str,
    line_break: bytes,
    preamble: bytes,
    epilogue: bytes,
    padding: bytes,
) -> None:
    marker = b"--" + boundary.encode()
    parts = [content.replace(marker, b"") for content in contents]
    if any(marker in part or part.startswith(b"-") for part in [*parts, preamble, epilogue]):
        return
    head = b"Content-ID: <%d>" + line_break + b"Content-Type: application/pdf" + line_break * 2
    body = preamble + line_break if preamble else b""
    for number, part in enumerate(parts):
        body += marker + padding + line_break + head % number + part + line_break
    body += marker + b"--" + padding + (line_break + epilogue if epilogue else b"")
    media_type = read_media_type(f'Multipart/RELATED; type="application/xop+xml";BOUNDARY="{boundary}"')
    file = BytesIO(body)
    found = read_multipart(file, media_type)
    assert [b"".join(read_part(file, part)) for part in found.parts] == parts
    assert [part.content_id for part in found.parts] == [str(number) for number in range(len(parts))]


@settings(max_examples=EACH, deadline=SECONDS * 1000)
@given(text=content_types())
def test_no_content_type_is_too_odd_to_be_read(text: str) -> None:
    media_type = read_media_type(text)
    assert media_type.name == media_type.name.lower().strip()
