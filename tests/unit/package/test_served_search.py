# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search of a served copy: whatever must not leave is found, wherever and however it stands."""

from __future__ import annotations

from pathlib import PurePosixPath

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import ServeRefused
from evidencekit.package.served_search import Needle, needles, search

DIGEST = "9f2c0a7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817060504039105"
RECORD = {
    "inputs": [],
    "clips": [{"number": 1, "file": "data/clips/Clip 1 - Visit.wav"}],
    "recordings": [],
    "people": [{"id": "child", "name": "Ella Dean", "child": True}],
    "bundle": {"labels": ["A1", "B1"]},
}
WANTED = (
    Needle(what="the digest of input document:note", text=DIGEST),
    Needle(what="the path of input document:note", text="documents/private note.pdf"),
)


def looked(folder, wanted=WANTED, *, record=RECORD, name="copy"):
    """Search a folder; return what was found."""
    files = sorted(
        each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()
    )
    try:
        search(folder, files, wanted, record=record, name=name)
    except ServeRefused as refused:
        return set(refused.hits)
    return set()


def a_pdf(path, content: bytes, **about):
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj["/Contents"] = pdf.make_stream(content)
        page.obj["/Resources"] = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name.Helvetica,
                )
            )
        )
        for key, value in about.items():
            pdf.docinfo[f"/{key}"] = value
        pdf.save(path, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def test_a_copy_without_any_of_it_passes(tmp_path):
    (tmp_path / "bundle.json").write_text('{"a": "nothing"}')
    a_pdf(tmp_path / "Bundle.pdf", b"BT /F1 10 Tf 50 700 Td (nothing) Tj ET")
    assert looked(tmp_path) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_bytes_are_found_in_any_file(tmp_path, encoding):
    (tmp_path / "Clips").mkdir()
    data = b"RIFF" + bytes(3_000_000) + DIGEST.encode(encoding) + bytes(100)
    (tmp_path / "Clips/Clip 1 - Visit.wav").write_bytes(data)
    assert looked(tmp_path) == {("the digest of input document:note", "clip 1")}


def test_a_viewing_copy_is_searched_and_so_is_its_name(tmp_path):
    file = "data/clips/Clip 1 - Visit (viewing copy).mp4"
    clip = RECORD["clips"][0] | {"viewing_copy": {"file": file}}
    record = RECORD | {"clips": [clip]}
    (tmp_path / "Clips").mkdir()
    path = tmp_path / "Clips/Clip 1 - Visit (viewing copy).mp4"
    path.write_bytes(b"ftyp" + bytes(5000) + b"documents/private note.pdf")
    hit = "the path of input document:note"
    assert looked(tmp_path, record=record) == {(hit, "the viewing copy of clip 1")}
    path.rename(path.with_name("Clip 1 - Ella Dean (viewing copy).mp4"))
    hits = looked(tmp_path, record=record)
    assert ("the name of child", "the name of file 1 of the copy") in hits


@given(st.integers(0, 200))
def test_bytes_across_two_reads_are_found(tmp_path_factory, before):
    folder = tmp_path_factory.mktemp("copy")
    at = (1 << 20) - before
    (folder / "x.bin").write_bytes(bytes(at) + DIGEST.encode() + bytes(500))
    assert looked(folder) == {("the digest of input document:note", "x.bin")}


def test_text_that_a_page_breaks_over_two_lines_is_found(tmp_path):
    content = b"BT /F1 10 Tf 50 700 Td (documents/) Tj 0 -20 Td (private note.pdf) Tj ET"
    a_pdf(tmp_path / "Bundle.pdf", content)
    hits = looked(tmp_path)
    assert ("the path of input document:note", "Bundle.pdf page A1") in hits


def test_text_that_only_its_font_makes_legible_is_found(tmp_path):
    import pymupdf

    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 100), f"see {DIGEST[:32]}", fontname="F0", fontfile=font_file())
    page.insert_text((50, 120), DIGEST[32:], fontname="F0", fontfile=font_file())
    document.save(tmp_path / "Bundle.pdf", deflate=True)
    assert DIGEST[:32].encode() not in (tmp_path / "Bundle.pdf").read_bytes()
    assert ("the digest of input document:note", "Bundle.pdf page A1") in looked(tmp_path)


def font_file() -> str:
    from evidencekit.pdf.fonts import FACES

    return str(FACES / "Arimo-Regular.ttf")


def test_strings_and_streams_inside_a_pdf_are_found(tmp_path):
    a_pdf(tmp_path / "Bundle.pdf", b"% nothing shown", Subject="documents/private note.pdf")
    assert ("the path of input document:note", "Bundle.pdf, a string") in looked(tmp_path)
    a_pdf(tmp_path / "Bundle.pdf", b"% " + DIGEST.encode())
    assert looked(tmp_path) == {("the digest of input document:note", "Bundle.pdf, a stream")}


def test_a_string_in_utf_16_inside_a_pdf_is_found(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        note = "documents/private note.pdf"
        pdf.Root["/Note"] = pdf.make_indirect(
            pikepdf.Array([pikepdf.Dictionary(T=pikepdf.String(f"\u0142 {note}"))])
        )
        pdf.save(tmp_path / "Bundle.pdf")
    assert ("the path of input document:note", "Bundle.pdf, a string") in looked(tmp_path)


def test_keys_and_escaped_text_of_a_record_are_found(tmp_path):
    (tmp_path / "bundle.json").write_text(
        '{"documents\\/private note.pdf": ["'
        + "".join(f"\\u{ord(each):04x}" for each in DIGEST)
        + '"]}'
    )
    assert looked(tmp_path) == {
        ("the path of input document:note", "bundle.json"),
        ("the digest of input document:note", "bundle.json"),
    }


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Clips/Clip 1 - Visit.wav", None),
        ("Clips/ella at home.wav", "the name of file 1 of the copy"),
        ("Whole recordings/EllaDean.m4a", "the name of file 1 of the copy"),
        ("Clips/Clip 2 - \u00c9LLA.wav", "the name of file 1 of the copy"),
    ],
)
def test_a_childs_name_in_a_file_name_is_found_and_not_repeated(tmp_path, name, where):
    path = tmp_path / PurePosixPath(name)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    found = looked(tmp_path)
    assert found == ({("the name of child", where)} if where else set())
    assert "Ella" not in str(found)


def test_a_childs_name_in_the_copys_own_name_is_found(tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    assert looked(tmp_path, name="For Ella.zip") == {("the name of child", "the name of the copy")}


def test_the_copys_own_paths_are_no_hit_though_the_firms_may_end_like_them(tmp_path):
    (tmp_path / "Whole recordings").mkdir()
    (tmp_path / "Whole recordings/visit.m4a").write_bytes(b"x")
    (tmp_path / "CHECKSUMS.txt").write_text(f"{DIGEST[::-1]}  Whole recordings/visit.m4a\n")
    wanted = (Needle(what="the path of input recording:visit", text="recordings/visit.m4a"),)
    assert looked(tmp_path, wanted) == set()
    (tmp_path / "CHECKSUMS.txt").write_text("x  data/recordings/visit.m4a\n")
    assert looked(tmp_path, wanted) == {("the path of input recording:visit", "CHECKSUMS.txt")}


def one(**said):
    return {
        "id": "document:note",
        "kind": "document",
        "path": "documents/private note.pdf",
        "name": "private note.pdf",
        "sha256": DIGEST,
        "outcome": "withheld",
        "stored": None,
        **said,
    }


def texts(*inputs, names=("Bundle.pdf",), folders=()):
    return {
        each.text
        for each in needles(
            {"inputs": inputs, "custody": {"head": "0" * 64}}, folders=folders, names=names
        )
    } - {
        "evidencekit/matter/1",
        "evidencekit/custody/1",
        "evidencekit/served/1",
    }


def test_a_withheld_file_has_its_path_its_name_and_its_digest_looked_for():
    assert texts(one()) == {"documents/private note.pdf", "private note.pdf", DIGEST}


def test_an_included_document_has_its_paths_looked_for():
    included = one(outcome="included", stored="data/documents/private note.pdf")
    assert texts(included) == {"documents/private note.pdf", "data/documents/private note.pdf"}


@pytest.mark.parametrize("kind", ["matter", "custody log", "transcript"])
def test_what_always_stays_is_looked_for_though_the_package_includes_it(kind):
    assert DIGEST in texts(one(kind=kind, outcome="included"))


def test_a_name_that_the_copy_has_itself_is_no_secret():
    assert "Bundle.pdf" not in texts(one(name="Bundle.pdf", path="Bundle.pdf"))


def test_folders_of_the_firm_are_looked_for(tmp_path):
    assert str(tmp_path) in texts(folders=[tmp_path])
    assert texts(folders=[PurePosixPath("/m")]) == set()


def test_the_head_of_a_log_of_one_entry_is_printed_and_no_secret():
    record = {"inputs": [one(kind="custody log")], "custody": {"head": DIGEST}}
    found = {each.text for each in needles(record, folders=(), names=())}
    assert DIGEST not in found
    assert "private note.pdf" in found
