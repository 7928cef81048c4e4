# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import hashlib
import os
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page, difference, helvetica, numbered_pdf, picture

from evidencekit.errors import DocumentUnusable
from evidencekit.isolate import Isolate
from evidencekit.model.bundle import PageMark
from evidencekit.pdf.outline import OutlineLine
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdf.takein import TakenIn, take_in, take_in_isolated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def make(tmp_path: Path) -> Callable[[Callable[[pikepdf.Pdf], None]], Path]:
    """Write a PDF of one page that a function has changed."""

    def _make(change: Callable[[pikepdf.Pdf], None], **how) -> Path:
        path = tmp_path / "source.pdf"
        with pikepdf.new() as pdf:
            add_page(pdf)
            change(pdf)
            pdf.save(path, **how)
        return path

    return _make


def take(path: Path) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name="documents/x.pdf", item="document:x")


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def refusal(path: Path) -> DocumentUnusable:
    with pytest.raises(DocumentUnusable) as caught:
        take(path)
    return caught.value


def outcome(path: Path) -> str:
    """Return the reason for refusal, or the first finding's code."""
    try:
        taken = take(path)
    except DocumentUnusable as error:
        return error.reason
    assert len(pypdf.PdfReader(taken.path).pages) == taken.pages > 0
    return codes(taken)[0]


def annotate(pdf: pikepdf.Pdf, **entries) -> pikepdf.Object:
    annotation = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Rect=Array([50, 50, 200, 80]), **entries)
    )
    page = pdf.pages[0].obj
    page["/Annots"] = Array([*page.get("/Annots", ()), annotation])
    return annotation


# --- refused, each with its reason


def test_a_missing_file_is_refused(tmp_path):
    assert refusal(tmp_path / "no.pdf").reason == "was not found"


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.pdf").touch()
    assert refusal(tmp_path / "empty.pdf").reason == "is empty"


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path).reason == "cannot be read"


def test_a_web_page_named_pdf_is_refused(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_text("<html><body>Not a PDF</body></html>")
    assert refusal(path) == DocumentUnusable("documents/x.pdf", "is not a PDF", "x")


def test_a_web_page_that_mentions_a_pdf_is_refused(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_text("<html><body>%PDF-1.7 is how they start</body></html>")
    assert refusal(path).reason in {"is damaged beyond repair", "is not a PDF", "has no pages"}


def test_a_document_that_needs_a_password_is_refused_with_the_way_on(make):
    path = make(lambda _: None, encryption=pikepdf.Encryption(user="secret", owner="more"))
    error = refusal(path)
    assert error.reason == "needs a password"
    assert "--placeholder x" in str(error)


def test_a_document_without_pages_is_refused(tmp_path):
    path = tmp_path / "none.pdf"
    with pikepdf.new() as pdf:
        pdf.save(path)
    assert refusal(path).reason == "has no pages"


def test_a_file_of_noise_after_its_first_line_is_refused(tmp_path):
    path = tmp_path / "noise.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    assert refusal(path).reason in {"is damaged beyond repair", "has no pages"}


def test_a_form_that_only_asks_to_wait_is_refused_by_name(tmp_path):
    path = tmp_path / "xfa.pdf"
    with pikepdf.new() as pdf:
        words = b"If this message is not eventually replaced by the proper contents"
        add_page(pdf, b"BT /F1 9 Tf 20 500 Td (Please wait... " + words + b") Tj ET\n")
        pdf.Root["/AcroForm"] = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
        pdf.save(path)
    assert "Please wait" in refusal(path).reason


def test_a_file_that_takes_too_long_is_refused_by_name(tmp_path):
    os.mkfifo(tmp_path / "x.pdf")  # opening it waits for ever, as some files make a reader do
    with (
        Isolate(seconds=1, memory_mb=1024) as worker,
        pytest.raises(DocumentUnusable, match=r"documents/x.pdf cannot be read: .* 1 seconds"),
    ):
        take_in_isolated(
            worker,
            tmp_path / "x.pdf",
            tmp_path / "clean.pdf",
            name="documents/x.pdf",
            item="document:x",
        )


@pytest.mark.parametrize("memory_mb", [700, 3000])
def test_a_page_that_unpacks_to_a_gigabyte_is_refused_by_name(tmp_path, memory_mb):
    deflate = zlib.compressobj(9)
    bomb = b"".join(deflate.compress(bytes(10**7)) for _ in range(100)) + deflate.flush()
    with pikepdf.new() as pdf:
        add_page(pdf).obj["/Contents"] = pikepdf.Stream(pdf, bomb, Filter=Name.FlateDecode)
        pdf.save(tmp_path / "x.pdf")
    with (
        Isolate(seconds=60, memory_mb=memory_mb) as worker,
        pytest.raises(DocumentUnusable, match=r"x (cannot be read|holds a page that unpacks)"),
    ):
        take_in_isolated(
            worker, tmp_path / "x.pdf", tmp_path / "clean.pdf", name="x", item="document:x"
        )


# --- repaired


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_file_that_breaks_off_is_repaired_and_says_so_or_is_refused(tmp_path, tenths):
    path = numbered_pdf(tmp_path / "source.pdf", 12)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    assert outcome(path) in {"EK-P001", "is damaged beyond repair", "has no pages"}


def test_a_file_with_a_wrong_cross_reference_is_repaired_and_says_so(tmp_path):
    path = numbered_pdf(tmp_path / "source.pdf", 2)
    start = path.read_bytes().rfind(b"startxref")
    path.write_bytes(path.read_bytes()[:start] + b"startxref\n7\n%%EOF\n")
    taken = take(path)
    assert codes(taken) == ["EK-P001"]
    assert taken.pages == 2


def test_junk_before_the_header_does_no_harm(tmp_path):
    path = numbered_pdf(tmp_path / "source.pdf", 2)
    path.write_bytes(b"junk\n" * 20 + path.read_bytes())
    assert take(path).pages == 2


def test_a_loop_in_the_page_tree_is_repaired_or_refused(tmp_path):
    path = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf)
        root = pdf.Root.Pages
        inner = pdf.make_indirect(
            Dictionary(Type=Name.Pages, Kids=Array([root]), Count=1, Parent=root)
        )
        root["/Kids"] = Array([*root.Kids, inner])
        pdf.save(path)
    assert outcome(path) in {"EK-P001", "is damaged beyond repair"}


# --- what acts is taken out


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")), "EK-P010"),
        (Dictionary(S=Name.Launch, F=String("calc.exe")), "EK-P011"),
        (Dictionary(S=Name.SubmitForm, F=String("https://example.org")), "EK-P012"),
        (Dictionary(S=Name.ImportData, F=String("x.fdf")), "EK-P012"),
        (Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0, Name.Fit])), "EK-P013"),
        (Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C)), "EK-P013"),
        (Dictionary(S=Name.Named, N=Name.Print), "EK-P015"),
        (Dictionary(S=Name.URI, URI=String("javascript:alert(1)")), "EK-P015"),
        (Dictionary(S=Name.URI, URI=String("file:///etc/passwd")), "EK-P015"),
        (Dictionary(S=Name.SetOCGState, State=Array([Name.ON])), "EK-P015"),
    ],
)
def test_a_link_that_acts_keeps_its_place_and_loses_its_action(make, action, code):
    path = make(lambda pdf: annotate(pdf, Subtype=Name.Link, A=action))
    taken = take(path)
    assert codes(taken) == [code]
    with pikepdf.open(taken.path) as clean:
        (link,) = clean.pages[0].obj.Annots
        assert "/A" not in link
    assert str(action.S)[1:].encode() not in taken.path.read_bytes()


def test_links_to_a_page_and_to_the_web_are_kept(make):
    def change(pdf):
        annotate(
            pdf,
            Subtype=Name.Link,
            A=Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit])),
        )
        annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://a.org")))

    taken = take(make(change))
    assert codes(taken) == []
    with pikepdf.open(taken.path) as clean:
        assert [str(each.A.S) for each in clean.pages[0].obj.Annots] == ["/GoTo", "/URI"]


def test_an_action_behind_a_harmless_one_is_taken_out(make):
    def change(pdf):
        then = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        action = Dictionary(S=Name.URI, URI=String("https://a.org"), Next=then)
        annotate(pdf, Subtype=Name.Link, A=action)

    taken = take(make(change))
    assert codes(taken) == ["EK-P014"]
    assert b"JavaScript" not in taken.path.read_bytes()


def test_scripts_and_automatic_actions_of_document_and_page_are_taken_out(make):
    def change(pdf):
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.Root["/OpenAction"] = script
        pdf.Root["/AA"] = Dictionary(WC=script)
        pdf.Root["/Names"] = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
        pdf.pages[0].obj["/AA"] = Dictionary(O=script)

    taken = take(make(change))
    assert codes(taken) == ["EK-P010", "EK-P014"]
    assert [each.message[-3:] for each in taken.findings] == ["(2)", "(2)"]
    assert b"JavaScript" not in taken.path.read_bytes()


def test_embedded_files_are_reported_and_not_carried(make):
    def change(pdf):
        pdf.attachments["notes.txt"] = b"The contents of the attachment"
        file = Dictionary(
            Type=Name.Filespec,
            F=String("pinned.txt"),
            EF=Dictionary(F=pdf.make_stream(b"The pinned contents")),
        )
        annotate(pdf, Subtype=Name.FileAttachment, FS=file)

    taken = take(make(change))
    assert codes(taken) == ["EK-P009", "EK-P035"]
    assert "2 embedded files" in taken.findings[0].message
    assert [(each.name, each.size) for each in taken.attachments] == [
        ("notes.txt", 30),
        ("pinned.txt", 19),
    ]
    assert taken.attachments[1].sha256 == hashlib.sha256(b"The pinned contents").hexdigest()
    assert taken.attachments[1].sha256 in taken.findings[1].message
    assert "pinned" not in str(taken.findings)
    with pikepdf.open(taken.path) as clean:
        assert not clean.attachments
        assert all(
            b"contents" not in each.read_bytes()
            for each in clean.objects
            if isinstance(each, pikepdf.Stream)
        )


# --- what shows is kept, and reported


def test_notes_and_marks_are_kept_and_reported(make):
    def change(pdf):
        annotate(pdf, Subtype=Name.Text, Contents=String("weak point, ask counsel"))
        annotate(pdf, Subtype=Name.Highlight, QuadPoints=Array([0] * 8))

    taken = take(make(change))
    assert codes(taken) == ["EK-P007"]
    assert "1 Highlight, 1 Text" in taken.findings[0].message
    with pikepdf.open(taken.path) as clean:
        assert len(clean.pages[0].obj.Annots) == 2


def form_field(pdf: pikepdf.Pdf, value: str, *, drawn: str | None, anew: bool) -> None:
    font = helvetica(pdf)
    field = annotate(
        pdf,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("name"),
        V=String(value),
        DA=String("/Helv 10 Tf 0 g"),
        F=4,
        AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("event.value = 'x'"))),
    )
    resources = Dictionary(Font=Dictionary(Helv=font))
    if drawn is not None:
        shape = pdf.make_stream(f"/Tx BMC q BT /Helv 10 Tf 2 5 Td ({drawn}) Tj ET Q EMC".encode())
        shape["/Type"], shape["/Subtype"] = Name.XObject, Name.Form
        shape["/BBox"], shape["/Resources"] = Array([0, 0, 150, 30]), resources
        field["/AP"] = Dictionary(N=shape)
    pdf.Root["/AcroForm"] = Dictionary(Fields=Array([field]), DR=resources, NeedAppearances=anew)


@pytest.mark.parametrize(
    ("drawn", "anew", "seen"),
    [
        (None, False, "Value 7"),
        ("As drawn", False, "As drawn"),
        (None, True, "Value 7"),
        ("As drawn", True, "Value 7"),
    ],
)
def test_form_values_are_drawn_as_a_reader_would_show_them(make, drawn, anew, seen):
    taken = take(make(lambda pdf: form_field(pdf, "Value 7", drawn=drawn, anew=anew)))
    assert codes(taken) == ["EK-P004", "EK-P014"]
    reader = pypdf.PdfReader(taken.path)
    assert seen in reader.pages[0].extract_text()
    assert not reader.get_fields()
    assert b"JavaScript" not in taken.path.read_bytes()


def test_a_signature_is_reported(make):
    def change(pdf):
        signature = pdf.make_indirect(
            Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=b"\0" * 16)
        )
        field = annotate(pdf, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), V=signature)
        pdf.Root["/AcroForm"] = Dictionary(Fields=Array([field]), SigFlags=3)

    taken = take(make(change))
    assert codes(taken) == ["EK-P003", "EK-P004"]
    assert b"PPKLite" not in taken.path.read_bytes()


def test_a_hidden_layer_stays_hidden_and_is_reported(make):
    def change(pdf):
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("privileged")))
        pdf.Root["/OCProperties"] = Dictionary(
            OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer]))
        )
        page = pdf.pages[0].obj
        page.Resources["/Properties"] = Dictionary(L1=layer)
        page["/Contents"] = pdf.make_stream(
            b"/OC /L1 BDC BT /F1 60 Tf 60 300 Td (hidden words) Tj ET EMC\n"
        )

    path = make(change)
    taken = take(path)
    assert codes(taken) == ["EK-P006"]
    assert picture(taken.path).min() == 255


def test_restrictions_by_an_owner_are_lifted_and_reported(make):
    allow = pikepdf.Permissions(extract=False, modify_other=False)
    path = make(lambda _: None, encryption=pikepdf.Encryption(owner="owner", user="", allow=allow))
    taken = take(path)
    assert codes(taken) == ["EK-P002"]
    with pikepdf.open(taken.path) as clean:
        assert not clean.is_encrypted


def test_tags_are_reported_and_no_number_is_left_that_leads_into_ours(make):
    def change(pdf):
        pdf.Root["/StructTreeRoot"] = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        pdf.pages[0].obj["/StructParents"] = 0
        annotate(pdf, Subtype=Name.Link, StructParent=1, Border=Array([0, 0, 0]))

    taken = take(make(change))
    assert codes(taken) == ["EK-P016"]
    with pikepdf.open(taken.path) as clean:
        assert not any(
            key in each
            for each in clean.objects
            if isinstance(each, (Dictionary, pikepdf.Stream))
            for key in ("/StructParent", "/StructParents", "/StructTreeRoot")
        )


# --- geometry and content


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 450, -90])
def test_a_tiny_page_is_placed_on_a4_in_its_size_and_way_up(tmp_path, turn):
    path = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        # What lies outside the small page was never seen and must not appear.
        add_page(pdf, b"0 g 0 0 15 30 re f 50 50 400 400 re f\n", box=(0, 0, 60, 40), Rotate=turn)
        pdf.save(path)
    taken = take(path)
    assert codes(taken) == ["EK-P008"]
    sheet = picture(taken.path, scale=1)
    height, width = sheet.shape
    assert (width, height) == (596, 842)
    small = picture(path, scale=1)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    inside = sheet[top : top + small.shape[0], left : left + small.shape[1]]
    # Half a point of offset moves one row or column of pixels.
    assert difference(inside, small) < 0.08
    assert abs((sheet < 128).sum() - (small < 128).sum()) <= 60


@pytest.mark.parametrize(
    "content",
    [
        b"q 0.5 0 0 0.5 0 0 cm BT /F1 24 Tf 60 500 Td (Words) Tj ET\n",
        b"q q q BT /F1 24 Tf 60 500 Td (Words) Tj ET Q\n",
        b"BT /F1 24 Tf 60 500 Td (Words) Tj ET Q Q Q\n",
        b"Q 0.5 0 0 0.5 0 0 cm BT /F1 24 Tf 60 500 Td (Words) Tj ET\n",
        b"BT /F1 24 Tf 60 500 Td (Words) Tj ET\n[ (never closed",
        b"BT /F1 24 Tf 60 500 Td (Words) Tj ET\n<< /never /closed",
        b"BT /F1 24 Tf 60 500 Td (Words) Tj ET\nBI /W 4 /H 4 /BPC 8 /CS /G ID abcdef",
        b"BT /F1 24 Tf 60 500 Td (Words) Tj",
        b"",
    ],
)
def test_what_is_drawn_after_a_page_starts_afresh_whatever_it_left_behind(tmp_path, content):
    path = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf, content)
        pdf.save(path)
    taken = take(path)
    assert difference(picture(path), picture(taken.path)) == 0
    with pikepdf.open(taken.path, allow_overwriting_input=True) as clean:
        page = clean.pages[0]
        mark = clean.make_stream(b"0 g 500 20 60 60 re f\n")
        page.obj["/Contents"] = Array([*page.obj.Contents, mark])
        clean.save()
    marked = picture(taken.path, scale=1)
    assert (marked[842 - 78 : 842 - 22, 502:558] == 0).all()


@pytest.mark.parametrize("tail", [b"", b"[ /unfinished", b"BI /W 4 /H 4 /BPC 8 /CS /G ID abcdef"])
def test_resources_that_a_page_inherits_stay_in_reach(tmp_path, tail):
    path = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"BT /F1 60 Tf 60 500 Td (Words) Tj ET\n" + tail)
        pdf.Root.Pages["/Resources"] = page.obj.Resources
        pdf.Root.Pages["/Rotate"] = 90
        del page.obj["/Resources"]
        pdf.save(path)
    taken = take(path)
    before = picture(path)
    assert before.min() < 128
    assert difference(before, picture(taken.path)) == 0
    with pikepdf.open(taken.path, allow_overwriting_input=True) as clean:
        Stamper(clean, "D1").stamp(clean.pages[0], PageMark(label="D1"))
        clean.save()
    after = picture(taken.path)
    assert difference(before[:-20], after[:-20]) == 0
    assert difference(before[-20:], after[-20:]) > 0


def test_pages_that_share_their_content_are_wrapped_once_each(tmp_path):
    path = tmp_path / "source.pdf"
    with pikepdf.new() as pdf:
        shared = pdf.make_indirect(
            Array([pdf.make_stream(b"q BT /F1 24 Tf 60 500 Td (Words) Tj ET\n")])
        )
        for _ in range(3):
            add_page(pdf).obj["/Contents"] = shared
        pdf.save(path)
    taken = take(path)
    with pikepdf.open(taken.path) as clean:
        assert [len(page.obj.Contents) for page in clean.pages] == [3, 3, 3]


# --- outline and labels of the source


def test_outline_and_labels_of_the_source_are_read(make):
    def change(pdf):
        add_page(pdf)
        pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))
        pdf.Root["/Dests"] = Dictionary(later=Array([pdf.pages[1].obj, Name.Fit]))
        with pdf.open_outline() as outline:
            first = pikepdf.OutlineItem("Café\n one", 0)
            first.children.append(pikepdf.OutlineItem("Two", destination=Name("/later")))
            outline.root.append(first)

    taken = take(make(change))
    assert taken.outline == (
        OutlineLine(level=1, title="Café one", page=1),
        OutlineLine(level=2, title="Two", page=2),
    )
    assert taken.source_labels == ("i", "ii")
    with pikepdf.open(taken.path) as clean:
        assert "/Outlines" not in clean.Root


def test_an_outline_that_runs_in_a_circle_ends(make):
    def change(pdf):
        one, two = (pdf.make_indirect(Dictionary(Title=String(title))) for title in "ab")
        one["/Next"], two["/Next"], two["/First"] = two, one, one
        pdf.Root["/Outlines"] = pdf.make_indirect(Dictionary(First=one, Last=two))

    taken = take(make(change))
    assert codes(taken) == ["EK-P017"]
    assert [line.title for line in taken.outline] == ["a", "b"]


def test_the_same_file_gives_the_same_bytes(make, tmp_path):
    path = make(lambda pdf: form_field(pdf, "Value", drawn=None, anew=False))
    first = take_in(path, tmp_path / "1.pdf", name="x", item="document:x")
    second = take_in(path, tmp_path / "2.pdf", name="x", item="document:x")
    assert first.path.read_bytes() == second.path.read_bytes()
