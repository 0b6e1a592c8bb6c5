"""The fingerprint of the rules: it changes with everything that they are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.customers import checking
from core.customers.rules import RULES


def test_it_covers_every_module_that_rules_are_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    root = Path(checking.__file__).parents[2]
    covered = {root / name for name in checking.HELPING_MODULES}
    covered |= set((root / checking.RULE_MODULES).glob("*.py"))
    assert all(one.is_file() for one in covered)
    asked = {
        Path(module.__file__ or "")
        for rule in RULES
        for value in sys.modules[rule.check.__module__].__dict__.values()
        if (module := sys.modules.get(getattr(value, "__module__", "") or "")) and module.__file__
    }
    ours = {one for one in asked if one.is_relative_to(root / "core/customers")}
    pure_data = {root / "core/customers/given.py"}
    assert ours - covered <= pure_data


def test_other_bytes_in_a_module_or_another_version_of_a_library_are_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from importlib import metadata

    from core.customers.given import Limits

    read, version = Path.read_bytes, metadata.version
    before = checking.fingerprint(Limits())
    assert checking.fingerprint(Limits()) == before

    def altered(path: Path) -> bytes:
        return read(path) + b"# altered" if path.name == "company_name.py" else read(path)

    monkeypatch.setattr(Path, "read_bytes", altered)
    checking._code.cache_clear()
    other_code = checking.fingerprint(Limits())
    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr(
        metadata, "version", lambda name: version(name) + ("+1" if name == "schwifty" else "")
    )
    checking._code.cache_clear()
    other_library = checking.fingerprint(Limits())
    monkeypatch.undo()
    checking._code.cache_clear()
    assert len({before, other_code, other_library}) == 3
    assert checking.fingerprint(Limits()) == before
