"""Is every text for operators said in German, and nothing else?

python -m tests.checks.translations                  checks everything; exit code 1 where something is wrong
python -m tests.checks.translations core/customers   only whether these folders' texts are translated
python -m tests.checks.translations --merge          gathers core/locale/fragments/*.po into the catalogue
python -m tests.checks.translations --prune          takes out what nobody says any more
python -m tests.checks.translations --missing        prints what is missing as a fragment to fill in
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from tests.checks.texts import Problem, Text, has_words, placeholders, texts_in

LANGUAGE = "de"
PLURALS = 2
CATALOGUE = Path("core/locale") / LANGUAGE / "LC_MESSAGES" / "leitstand.po"
FRAGMENTS = Path("core/locale/fragments")
FLOORS = (Path("core"), Path("jobs"), Path("tui"))
# without dates and places: a translation changes one line, not a hundred
HEADER = rf"""msgid ""
msgstr ""
"Project-Id-Version: leitstand\n"
"Language: {LANGUAGE}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals={PLURALS}; plural=(n != 1);\n"

"""


def check(texts: Iterable[Text], catalogue: Catalog) -> Iterator[Problem]:
    """What the catalogue lacks, has too much, or says with other values than the text."""
    wanted = list(texts)
    for text in {text.text: text for text in sorted(wanted, key=_has_plural)}.values():
        yield from _check_text(text, catalogue.get(text.text))
    said = {text.text for text in wanted}
    for entry in _entries(catalogue):
        if _text(entry) not in said:
            yield Problem(str(CATALOGUE), f"nobody says {_text(entry)!r} any more (--prune)")
    for obsolete in catalogue.obsolete:
        yield Problem(str(CATALOGUE), f"is marked obsolete: {obsolete!r} (--prune)")


def _check_text(text: Text, entry: Message | None) -> Iterator[Problem]:
    if not entry or not any(_translations(entry)):
        if has_words(text.text):
            yield Problem(text.place, f"{text.text!r} has no {LANGUAGE} translation")
        return
    translations = _translations(entry)
    if entry.fuzzy:
        yield Problem(text.place, f"{text.text!r} is marked fuzzy")
    if text.plural is None:
        pairs = [(text.text, translations[0])]
    elif len(translations) < PLURALS or not all(translations):
        yield Problem(text.place, f"{text.text!r} lacks a plural form")
        return
    else:
        pairs = list(zip((text.text, text.plural), translations, strict=False))
    yield from _check_values(text, pairs)


def _check_values(text: Text, pairs: list[tuple[str, str]]) -> Iterator[Problem]:
    for original, translation in pairs:
        try:
            differing = placeholders(original) ^ placeholders(translation)
        except ValueError as error:
            yield Problem(text.place, f"{translation!r}: {error}")
            continue
        if differing:
            names = ", ".join(f"{{{name}}}" for name in sorted(differing))
            yield Problem(text.place, f"{original!r} and {translation!r} differ in {names}")


def merge(catalogue: Catalog, fragment: Catalog, name: str) -> Iterator[Problem]:
    """Takes the fragment's entries into the catalogue; one that is there with other words stays as it is."""
    for entry in _entries(fragment):
        there = catalogue.get(_text(entry))
        if there and any(_translations(there)):
            if there.pluralizable == entry.pluralizable and there.string != entry.string:
                yield Problem(name, f"{_text(entry)!r}: kept {there.string!r}, not {entry.string!r}")
            if there.pluralizable or not entry.pluralizable:
                continue
            catalogue.delete(_text(entry))
        catalogue.add(entry.id, entry.string)


def prune(catalogue: Catalog, texts: Iterable[Text]) -> None:
    """Takes out what nobody says."""
    said = {text.text for text in texts}
    for entry in _entries(catalogue):
        if _text(entry) not in said:
            catalogue.delete(_text(entry))
    catalogue.obsolete.clear()


def read(file: Path) -> Catalog:
    """A catalogue or fragment; an empty one where there is no file. A broken one ends the program."""
    if not file.exists():
        return Catalog(locale=LANGUAGE)
    try:
        with file.open("rb") as readable:
            return read_po(readable, locale=LANGUAGE, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise SystemExit(f"{file}: {error}") from error


def rendered(catalogue: Catalog) -> str:
    """The catalogue as a file: sorted, without dates, places and comments."""
    plain = Catalog(locale=LANGUAGE)
    for entry in _entries(catalogue):
        plain.add(entry.id, entry.string)
    body = io.BytesIO()
    write_po(body, plain, width=110, no_location=True, omit_header=True, sort_output=True)
    return HEADER + body.getvalue().decode("utf-8")


def _entries(catalogue: Catalog) -> list[Message]:
    return [entry for entry in catalogue if entry.id]


def _text(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _translations(entry: Message) -> list[str]:
    return (
        [entry.string] if isinstance(entry.string, str) else [string or "" for string in entry.string or ()]
    )


def _has_plural(text: Text) -> bool:
    return text.plural is not None


def _python_files(folders: Iterable[Path]) -> list[Path]:
    return sorted(
        file for folder in folders for file in (folder.rglob("*.py") if folder.is_dir() else [folder])
    )


def _print_missing(texts: Iterable[Text], catalogue: Catalog) -> None:
    lacking = Catalog(locale=LANGUAGE)
    for text in sorted(texts, key=_has_plural):
        entry = catalogue.get(text.text)
        if has_words(text.text) and not (entry and any(_translations(entry))):
            lacking.add((text.text, text.plural) if text.plural else text.text)
    print(rendered(lacking).removeprefix(HEADER), end="")


def _merge_fragments(catalogue: Catalog) -> list[Problem]:
    problems: list[Problem] = []
    for file in sorted(FRAGMENTS.glob("*.po")):
        problems += merge(catalogue, read(file), str(file))
    return problems


def _rewrite(catalogue: Catalog, *, merging: bool, pruning: bool) -> list[Problem]:
    problems = _merge_fragments(catalogue) if merging else []
    if pruning:
        prune(catalogue, texts_in(_python_files(FLOORS))[0])
    CATALOGUE.write_text(rendered(catalogue), encoding="utf-8")
    if merging:
        _remove_fragments()
    return problems


def _remove_fragments() -> None:
    for file in FRAGMENTS.glob("*.po"):
        file.unlink()
    if FRAGMENTS.is_dir() and not any(FRAGMENTS.iterdir()):
        FRAGMENTS.rmdir()


def _check_all(catalogue: Catalog, texts: list[Text]) -> list[Problem]:
    problems = [Problem(str(file), "is not merged (make locale)") for file in sorted(FRAGMENTS.glob("*.po"))]
    if CATALOGUE.read_text(encoding="utf-8") != rendered(catalogue):
        problems.append(Problem(str(CATALOGUE), "is not in its usual form (make locale)"))
    problems += _merge_fragments(catalogue)
    return problems + list(check(texts, catalogue))


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.checks.translations")
    parser.add_argument("folders", nargs="*", type=Path)
    for option in ("--merge", "--prune", "--missing"):
        parser.add_argument(option, action="store_true")
    asked = parser.parse_args(arguments)

    catalogue = read(CATALOGUE)
    texts, problems = texts_in(_python_files(asked.folders or FLOORS))
    if asked.merge or asked.prune:
        # what was kept is said, and is nobody's fault
        for problem in _rewrite(catalogue, merging=asked.merge, pruning=asked.prune):
            print(problem)
        return 0
    if asked.missing:
        _merge_fragments(catalogue)
        _print_missing(texts, catalogue)
        return 0
    if asked.folders:
        _merge_fragments(catalogue)
        problems += [problem for text in texts for problem in _check_text(text, catalogue.get(text.text))]
    else:
        problems += _check_all(catalogue, texts)
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
