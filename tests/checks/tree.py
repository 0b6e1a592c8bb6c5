"""What every file of the project keeps to: `python -m tests.checks.tree [--sizes]`.

Files stay short, the locks name no index, nothing names a package registry or a folder of somebody's machine.
`--sizes` prints how long functions are and how much is commented.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

MOST_LINES = 400
FLOORS = ("core", "jobs", "tui")
MIGRATIONS = Path("core/store/migrations")

# in two parts each, so that this file does not name them itself
_REGISTRIES = re.compile(
    r"py(?:pi\.)org|python(?:hosted)|npm(?:js\.)|deb(?:ian\.)org|crates(?:\.)io", re.IGNORECASE
)
_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|opt/wheels|opt/pypi)\b")
_LOCKED = re.compile(r"[a-z0-9][a-z0-9._-]*==[^ ]+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
_VAGUE = re.compile(r"class \w*(?:Manager|Helper|Utils?)\b")


def tracked() -> list[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    )
    return sorted(
        file for name in listed.stdout.decode().split("\0") if name and (file := Path(name)).is_file()
    )


def problems_of(file: Path) -> Iterator[str]:
    """One sentence for each thing that is wrong with the file."""
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return
    lines = text.splitlines()
    if file.suffix == ".py" and len(lines) > MOST_LINES and MIGRATIONS not in file.parents:
        yield f"{file}: {len(lines)} lines, at most {MOST_LINES}"
    is_lock = file.parent == Path("requirements") and file.suffix == ".txt"
    for number, line in enumerate(lines, start=1):
        place = f"{file}:{number}"
        if _REGISTRIES.search(line):
            yield f"{place}: names a package registry"
        if _MACHINE.search(line):
            yield f"{place}: names a folder of one machine"
        if file.suffix == ".py" and _VAGUE.search(line):
            yield f"{place}: the name does not say what it does"
        if is_lock and not _LOCKED.fullmatch(line):
            yield f"{place}: neither a pinned version nor a hash"


def sizes(files: list[Path]) -> str:
    """Length of functions in lines, and the share of lines that are comments."""
    lengths: list[int] = []
    lines = comments = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        lengths += [
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        lines += len(text.splitlines())
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        comments += sum(token.type == tokenize.COMMENT for token in tokens)
    twentieth = sorted(lengths, reverse=True)[len(lengths) // 20]
    return (
        f"{len(files)} files, {lines} lines, {comments / lines:.1%} with a comment; "
        f"{len(lengths)} functions, median {statistics.median(lengths):.0f} lines, "
        f"95th percentile {twentieth}, longest {max(lengths)}"
    )


def main(arguments: list[str]) -> int:
    """The command; the exit code."""
    files = tracked()
    if "--sizes" in arguments:
        code = [file for file in files if file.suffix == ".py" and file.parts[0] in FLOORS]
        print(sizes([file for file in code if MIGRATIONS not in file.parents]))
        return 0
    problems = [problem for file in files for problem in problems_of(file)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
