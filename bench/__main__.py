"""All benches, one after the other: `python -m bench [name …]`."""

from __future__ import annotations

import sys

from bench import checking, console, delivering, filing, importing, postbox, starting

BENCHES = {
    "starting": starting.main,
    "console": console.main,
    "checking": lambda: checking.main(checking.CUSTOMERS),
    "filing": filing.main,
    "importing": lambda: importing.main(importing.ROWS),
    "postbox": lambda: postbox.main(postbox.SHIPMENTS, postbox.MEGABYTES),
    "delivering": lambda: delivering.main(delivering.TRANSFERS, delivering.SENDERS),
}


def main(names: list[str]) -> int:
    """Runs those that are named, or all."""
    for name in names or list(BENCHES):
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
