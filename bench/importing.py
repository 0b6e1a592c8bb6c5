"""Importing: memory and speed of `leitstand import customers` with a long CSV file.

`python -m bench.importing [rows]`; the command runs as a process of its own, its peak memory is the kernel's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.offices import temporary_home
from jobs.demo.errand import write_export
from jobs.demo.people import people

ROWS = 200_000


def main(rows: int) -> None:
    """Prints time and peak memory of a short import and a long one."""
    with temporary_home() as home:
        short, long = home / "short.csv", home / "long.csv"
        write_export(short, people(1000, seed=3, faulty=True))
        write_export(long, people(rows, seed=3, faulty=True))
        _leitstand(home, "init")
        print(f"importing CSV files of 21 columns ({long.stat().st_size / 1e6:.0f} MB for {rows} rows)")
        for file, number in ((short, 1000), (long, rows)):
            took, memory = _leitstand(home, "import", "customers", str(file))
            wanted = "  (wanted < 300 MB)" if file is long else ""
            rate = number / took
            print(f"  {number:7} rows {took:7.1f} s  {rate:7.0f} rows/s  peak {memory:6.0f} MB{wanted}")


def _leitstand(home: Path, *arguments: str) -> tuple[float, float]:
    start = time.perf_counter()
    command = [sys.executable, "-m", "tui.main", *arguments, "--home", str(home / "office")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    # 1 says that rows were put back: two of them are no rows.
    assert code in (0, 1), code
    return time.perf_counter() - start, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
