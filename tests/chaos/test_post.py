"""Collecting is killed at any moment: nothing is lost, nothing acknowledged that does not lie here whole."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from core.clock import host_clock
from jobs.sandbox.client import VemaSandbox
from tests.chaos.conftest import LONG, ROOT
from tests.support.offices import OpenAnOffice
from tests.support.post import PostOffice, post_office

pytestmark = pytest.mark.chaos

ROUNDS, SHIPMENTS = (60, 600) if LONG else (5, 40)
SLOW = "[bipro]\nlatency = [0.0, 0.06]\n"
COLLECTING = """
import sys
from pathlib import Path
from core.opening import open_office
from jobs.post import collect_account
office = open_office(Path(sys.argv[1]))
print("ready", flush=True)
collect_account(office, lambda _counts: True, "vema", by_hand=True)
"""


def start(post: PostOffice) -> subprocess.Popen[bytes]:
    """A process that collects, once it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", COLLECTING, str(post.office.home)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


def is_here(post: PostOffice, number: str, sent: Counter[str]) -> bool:
    """Whether the documents of a shipment lie in the archive, each as it was sent."""
    kept = Counter(hashlib.sha256(post.content(one)).hexdigest() for one in post.documents(number))
    return kept == sent


@pytest.mark.timeout(900 if LONG else 120)
def test_nothing_is_acknowledged_that_is_not_here_and_nothing_is_lost(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    post = post_office(open_an_office, vema, clock=host_clock, acknowledge="stored")
    for number in range(SHIPMENTS // 2):
        vema.post.deliver({"text": f"Brief {number}"}, {"kind": "several-files", "text": f"Akte {number}"})
    vema.set_faults(SLOW)
    dice = random.Random(4711)
    for _round in range(ROUNDS):
        unlucky = start(post)
        time.sleep(dice.uniform(0.05, 0.5))
        unlucky.kill()
        unlucky.wait(10)
        for one in vema.post.shipments:
            if one.acknowledged:
                assert is_here(post, one.number, Counter(file.sha256 for file in one.files))
    vema.set_faults("")
    assert start(post).wait(60) == 0
    for one in vema.post.shipments:
        assert one.acknowledged
        assert post.state(one.number) == "acknowledged"
        assert is_here(post, one.number, Counter(file.sha256 for file in one.files))
