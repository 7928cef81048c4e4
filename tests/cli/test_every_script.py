# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and titles in every script come out as they went in, wherever they are printed."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymupdf
import pypdf
import pytest
from support_examples import NOW

import evidencekit as ek
from evidencekit.errors import MatterError, Problem, TypesettingFailed
from evidencekit.matterfile.document import to_document
from evidencekit.matterfile.load import load_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support_cli import Desk

SCHEMA = "evidencekit/matter/1"
CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "text" / "blns.txt"

#: An id, a name and a title for each.
SCRIPTS = {
    "polish": ("Żaneta Brzęczyszczykiewicz-Łęcka", "Zażółć gęślą jaźń – pismo"),
    "welsh": ("Llŷr ap Gruffydd Ŵan", "Cofnodion: tŷ, sŵn a'r dŵr"),
    "arabic": ("محمد الأحمد", "رسالة من المدرسة"),
    "urdu": ("ژالہ گُل خان", "والدہ کا بیان"),
    "chinese": ("欧阳 小明", "家庭访问记录"),
    "emoji": ("Sam \N{PARTY POPPER} Green", "Party \N{BIRTHDAY CAKE}\N{DOG FACE} at home"),
}
RIGHT_TO_LEFT = {"arabic", "urdu"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[ek.Matter, ek.Package]:
    from support_cli import Desk

    desk = Desk(tmp_path_factory.mktemp("scripts"))
    for key in SCRIPTS:
        (desk.folder / f"documents/{key}.pdf").write_bytes(desk.letter.read_bytes())
    document: dict[str, Any] = {
        "schema": "evidencekit/matter/1",
        "case": {"title": "Re Ż, 明 and محمد (Children)", "proceedings": "children"},
        "people": {key: {"name": name, "role": "neighbour"} for key, (name, _) in SCRIPTS.items()},
        "recordings": {
            "visit": {
                "file": "recordings/visit.wav",
                "title": SCRIPTS["welsh"][1],
                "made_by": "polish",
                "consent": dict.fromkeys(SCRIPTS, "agreed"),
                "clip": [
                    {"title": title, "from": f"0:00.{at}", "to": f"0:01.{at}"}
                    for at, (_, title) in enumerate(SCRIPTS.values(), start=100)
                ],
            }
        },
        "documents": {
            key: {"file": f"documents/{key}.pdf", "title": title}
            for key, (_, title) in SCRIPTS.items()
        },
        "statement": {
            "by": "polish",
            "exhibit": "ŻB1",
            "words": [f"{name}: {title}." for name, title in SCRIPTS.values()],
        },
    }
    desk.matter = desk.folder / "matter.json"
    desk.matter.write_text(json.dumps(document), encoding="utf-8")
    result = desk.run("build", "matter.json", "-o", desk.out)
    assert result.exit_code == 0, result.stderr
    return ek.load_matter(desk.matter), ek.open_package(desk.out)


def test_the_index_and_the_record_have_titles_and_names_as_they_were_written(made) -> None:
    _, package = made
    by_item = {each.item: each.title for each in package.index}
    people = {each["id"]: each["name"] for each in package.record["people"]}
    for key, (name, title) in SCRIPTS.items():
        assert by_item[f"document:{key}"] == title
        assert people[key] == name
    stored = json.loads((package.path / "data/bundle.json").read_bytes())
    assert stored["documents"] == list(package.record["documents"])
    rows = (package.path / "data/index.csv").read_text("utf-8-sig")
    assert all(title in rows for _, title in SCRIPTS.values())


def test_the_bookmarks_have_the_titles_as_they_were_written(made) -> None:
    _, package = made
    with pymupdf.open(package.pdf_path) as pdf:
        bookmarks = [title for _, title, _ in pdf.get_toc()]
    reader = pypdf.PdfReader(package.pdf_path)
    assert sorted(bookmarks) == sorted(each.title for each in flat(reader.outline))
    for _, title in SCRIPTS.values():
        assert any(each.endswith(f"  {title}") for each in bookmarks)


def flat(outline: Any) -> Iterator[Any]:
    for each in outline:
        if isinstance(each, list):
            yield from flat(each)
        else:
            yield each


@pytest.mark.parametrize("key", SCRIPTS)
@pytest.mark.parametrize("reader", ["pymupdf", "pypdf"])
def test_the_pages_say_what_was_written(made, key: str, reader: str) -> None:
    _, package = made
    index = text_of(package, "part:index", reader)
    statement = text_of(package, "part:statement", reader)
    consent = text_of(package, "part:consent", reader)
    name, title = SCRIPTS[key]
    for text, words in ((index, title), (statement, name), (statement, title), (consent, name)):
        assert says(text, words, turned=key in RIGHT_TO_LEFT), (reader, words)


def text_of(package: ek.Package, item: str, reader: str) -> str:
    entry = next(each for each in package.index if each.item == item)
    numbers = range(entry.pdf_page - 1, entry.pdf_page - 1 + entry.pages)
    if reader == "pypdf":
        pdf = pypdf.PdfReader(package.pdf_path)
        return "\n".join(pdf.pages[each].extract_text() for each in numbers)
    with pymupdf.open(package.pdf_path) as document:
        return "\n".join(document[each].get_text() for each in numbers)


def says(text: str, words: str, *, turned: bool) -> bool:
    """Tell whether *text* has *words*. Line ends and the order of right-to-left runs do not count,
    and a reader may give an emoji without its variation selector.
    """
    joined = "".join(text.split()).replace("\N{VARIATION SELECTOR-16}", "")
    if not turned:
        return "".join(words.split()) in joined
    return all(
        each in joined or each[::-1] in joined or clusters(each) in joined for each in words.split()
    )


def clusters(word: str) -> str:
    """Return a word backwards, each mark still behind its letter."""
    parts: list[str] = []
    for each in word:
        if parts and unicodedata.combining(each):
            parts[-1] += each
        else:
            parts.append(each)
    return "".join(reversed(parts))


def test_the_statement_in_word_has_them_as_they_were_written(made) -> None:
    import docx

    _, package = made
    document = docx.Document(package.path / package.record["statement"]["docx"])
    written = "\n".join(each.text for each in document.paragraphs)
    printed = [each["text"] for each in package.record["statement"]["paragraphs"]]
    for name, title in SCRIPTS.values():
        assert f"{name}: {title}." in written
        assert f"{name}: {title}." in printed


def test_the_matter_in_the_package_is_the_matter(made) -> None:
    matter, package = made
    again = ek.load_matter(package.path / "data/matter/matter.json")
    assert to_document(again) == to_document(matter)
    assert ek.verify(package.path).ok


def naughty() -> list[str]:
    if not CORPUS.exists():
        return []
    lines = CORPUS.read_text(encoding="utf-8").split("\n")
    wanted = [each for each in lines if each and not each.startswith("#")]
    return random.Random(60).sample(wanted, 60)


def problems_of(title: str) -> tuple[Problem, ...]:
    """Return what is wrong with a matter whose one document has this title."""
    document = {"file": "documents/a.pdf", "title": title}
    matter = {"schema": SCHEMA, "case": {"title": "Re E"}, "documents": {"a": document}}
    try:
        loaded = load_document(matter)
    except MatterError as error:
        return error.problems
    assert loaded.documents[0].title == title
    return ()


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of naughty strings is absent")
def test_naughty_titles_build_or_are_refused_by_their_place(desk: Desk) -> None:
    """Those that a matter file takes are put into one matter, and built together."""
    titles = []
    for title in naughty():
        problems = problems_of(title)
        assert {each.pointer for each in problems} <= {"/documents/a/title"}
        assert all(each.message for each in problems)
        if not problems:
            titles.append(title)
    assert len(titles) > 40
    for _ in range(4):
        try:
            check_package(desk, titles)
        except TypesettingFailed as error:
            # What no font can draw is named by its code, and never printed as a box.
            [lost] = re.findall(r"U\+([0-9A-F]+)", str(error))
            rest = [each for each in titles if chr(int(lost, 16)) not in each]
            assert len(rest) == len(titles) - 1
            titles = rest
        else:
            return
    pytest.fail(f"only {len(titles)} are left")


def check_package(desk: Desk, titles: list[str]) -> None:
    documents = {}
    for number, title in enumerate(titles):
        name = f"documents/n{number}.pdf"
        (desk.folder / name).write_bytes(desk.letter.read_bytes())
        documents[f"n{number}"] = {"file": name, "title": title}
    clips = [{"title": each, "from": "0:00", "to": "0:00.1"} for each in titles]
    matter = load_document(
        {
            "schema": SCHEMA,
            "case": {"title": "Re E"},
            "recordings": {"visit": {"file": "recordings/visit.wav", "clip": clips}},
            "documents": documents,
        }
    )
    ek.intake(matter, folder=desk.folder, by="a clerk", now=NOW)
    package = ek.build(matter, folder=desk.folder, into=desk.out)
    found = {each.item: each.title for each in package.index}
    assert [found[f"document:{each}"] for each in documents] == titles
    assert ek.verify(desk.out).ok
