# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon the bundle's PDF, with its digest in the record, and the bag, made to agree.

The record repeats what the pages say, and the documents' own files repeat their pages; so a page
that was changed alone differs from one or the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pikepdf
import pymupdf
from pikepdf import Array, Dictionary, Name, String
from tamper.insider import (
    HEAD,
    LOG,
    Expectation,
    act,
    bundle_path,
    draw_pdf,
    edit_pdf,
    edit_record,
    found,
    overtype,
    page_name,
    page_of,
    rebuild,
    record_of,
    replace,
    stamp_of,
)

if TYPE_CHECKING:
    from pathlib import Path


def of_bundle(package: Path, data: bytes) -> Expectation:
    """Store *data* as the bundle, and make record and bag agree."""
    path = bundle_path(package)
    (package / path).write_bytes(data)
    rebuild(package)
    return found(path)


def overtype_at(package: Path, item: str, old: str, new: str, offset: int = 0) -> Expectation:
    """Change words on a page of an item, and expect the page to be named."""
    with draw_pdf(package) as pdf:
        overtype(pdf[page_of(package, item) + offset], old, new)
    return found(page_name(package, item, offset))


def draw_at(package: Path, item: str, offset: int = 0) -> tuple[int, Expectation]:
    return page_of(package, item) + offset, found(page_name(package, item, offset))


def bundle_bytes(package: Path) -> bytes:
    return (package / bundle_path(package)).read_bytes()


# --- with nothing rehashed


@act()
def append_to_the_bundle(package: Path) -> Expectation:
    path = bundle_path(package)
    (package / path).write_bytes(bundle_bytes(package) + b"\n%%EOF\n")
    return found(path)


# --- the file


@act()
def append_to_the_bundle_and_rehash(package: Path) -> Expectation:
    return of_bundle(package, bundle_bytes(package) + b"\n%%EOF\n")


@act()
def bytes_before_the_bundle_and_rehash(package: Path) -> Expectation:
    """A file that is a script, or another kind of file, to other programs."""
    return of_bundle(package, b"#!/bin/sh\n" + bundle_bytes(package))


@act()
def incremental_pdf_update(package: Path) -> Expectation:
    """The first revision is still inside, and any reader can go back to it."""
    path = package / bundle_path(package)
    copy = package.parent / "copy.pdf"
    copy.write_bytes(path.read_bytes())
    with pymupdf.open(copy) as pdf:
        pdf[0].insert_text((72, 400), "added later")
        pdf.saveIncr()
    return of_bundle(package, copy.read_bytes())


@act()
def encrypt_the_bundle_and_rehash(package: Path) -> Expectation:
    path = package / bundle_path(package)
    with pymupdf.open(path) as pdf:
        data = pdf.tobytes(
            encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y", no_new_id=True
        )
    return of_bundle(package, data)


@act()
def bundle_that_is_no_pdf(package: Path) -> Expectation:
    return of_bundle(package, b"<html><body>A1</body></html>")


@act()
def bundle_that_is_empty(package: Path) -> Expectation:
    return of_bundle(package, b"")


@act()
def truncate_the_bundle_and_rehash(package: Path) -> Expectation:
    data = bundle_bytes(package)
    return of_bundle(package, data[: len(data) // 2])


@act()
def bundle_of_another_case(package: Path) -> Expectation:
    """As many pages with the same numbers, and none of the words."""
    with draw_pdf(package) as pdf:
        labels = record_of(package)["bundle"]["labels"]
        size = pdf[0].rect
        rules = pdf.get_page_labels()
        pdf.insert_page(-1, width=size.width, height=size.height)
        pdf.delete_pages(0, len(labels) - 1)
        for _ in labels[1:]:
            pdf.insert_page(-1, width=size.width, height=size.height)
        pdf.set_page_labels(rules)
        for page, label in zip(pdf, labels, strict=True):
            page.insert_text((size.width - 60, size.height - 20), label, fontname="hebo")
    return found((*page_name(package, "part:index"), "document:refusal"))


@act()
def page_tree_that_is_a_loop(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
    return found(bundle_path(package))


@act()
def page_tree_without_pages(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.Pages = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(), Count=0))
    return found(bundle_path(package))


@act()
def page_count_of_a_billion(package: Path) -> Expectation:
    """A reader that makes room for that many pages has none left."""
    with edit_pdf(package) as pdf:
        pdf.Root.Pages.Count = 10**9
    return Expectation(
        found=False,
        reason="the pages themselves are as they were; the count that the tree gives is a hint, "
        "which readers mend",
    )


# --- pages


@act()
def swap_two_pages_of_the_pdf_and_rehash(package: Path) -> Expectation:
    """The printed numbers go with the pages; the page labels stay in place."""
    with edit_pdf(package) as pdf:
        one, other = page_of(package, "document:request"), page_of(package, "document:refusal")
        first, second = pdf.pages[one], pdf.pages[other]
        pdf.pages[one], pdf.pages[other] = second, first
    return found(page_name(package, "document:request"), page_name(package, "document:refusal"))


@act()
def swap_two_pages_under_their_numbers(package: Path) -> Expectation:
    """The printed numbers stay in place too: only the documents' own files tell."""
    with edit_pdf(package) as pdf:
        one = pdf.pages[page_of(package, "document:request")]
        other = pdf.pages[page_of(package, "document:refusal")]
        first, second = list(one.obj.Contents), list(other.obj.Contents)
        one.obj.Contents = Array([*second[:-1], first[-1]])
        other.obj.Contents = Array([*first[:-1], second[-1]])
        one.obj.Resources, other.obj.Resources = other.obj.Resources, one.obj.Resources
    return found(page_name(package, "document:request"), page_name(package, "document:refusal"))


@act()
def swap_two_pages_of_a_document_under_their_numbers(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        one = pdf.pages[page_of(package, "document:minutes")]
        other = pdf.pages[page_of(package, "document:minutes") + 1]
        first, second = list(one.obj.Contents), list(other.obj.Contents)
        one.obj.Contents = Array([*second[:-1], first[-1]])
        other.obj.Contents = Array([*first[:-1], second[-1]])
        one.obj.Resources, other.obj.Resources = other.obj.Resources, one.obj.Resources
    return found(page_name(package, "document:minutes"), page_name(package, "document:minutes", 1))


@act()
def delete_a_page_and_rehash(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        del pdf.pages[page_of(package, "document:minutes") + 1]
    return found(page_name(package, "document:minutes", 1))


@act()
def add_a_blank_page_and_rehash(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.add_blank_page(page_size=(595, 842))
    return found(("pdf page 27", "pages"))


@act()
def repeat_a_page_and_rehash(package: Path) -> Expectation:
    """In place of the one after it, so that the count stays."""
    with edit_pdf(package) as pdf:
        place = page_of(package, "document:minutes")
        pdf.pages[place + 1] = pdf.pages[place]
    return found(page_name(package, "document:minutes", 1))


@act()
def blank_a_page_under_its_number(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "document:refusal")]
        page.obj.Contents = Array([stamp_of(page)])
    return found(page_name(package, "document:refusal"))


@act()
def turn_a_page_round(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.pages[page_of(package, "document:refusal")].obj.Rotate = 180
    return found(page_name(package, "document:refusal"))


@act()
def crop_the_number_off_a_page(package: Path) -> Expectation:
    """The words are in the file, and on no screen."""
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "document:refusal")]
        page.obj.CropBox = Array([0, 100, 595, 842])
    return found(page_name(package, "document:refusal"))


@act()
def crop_the_last_paragraph_off_a_page(package: Path) -> Expectation:
    """A strip in the middle of the page is all that is shown; the number is within it no more."""
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "document:refusal")]
        page.obj.CropBox = Array([0, 0, 595, 500])
    return found(page_name(package, "document:refusal"))


# --- printed numbers and page labels


@act()
def page_labels_removed(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        del pdf.Root.PageLabels
    return found(page_name(package, "part:front"))


@act()
def page_labels_shifted(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.PageLabels.Nums[3].St = 2
    return found(page_name(package, "document:application"))


@act()
def page_labels_in_roman(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.PageLabels.Nums[9].S = Name.r
    return found(page_name(package, "document:request"))


@act()
def page_labels_that_are_no_labels(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, 7, 2, Array(), -5, Dictionary()]))
    return found(page_name(package, "part:front"))


@act()
def page_labels_tree_that_is_a_loop(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        node = pdf.make_indirect(Dictionary())
        node.Kids = Array([node])
        pdf.Root.PageLabels = node
    return found(page_name(package, "part:front"))


def change_stamp(package: Path, item: str, change: Any, offset: int = 0) -> Expectation:
    """Change the content stream that prints a page's numbers."""
    with edit_pdf(package) as pdf:
        stream = stamp_of(pdf.pages[page_of(package, item) + offset])
        before = stream.read_bytes()
        after = change(before)
        assert before != after
        stream.write(after)
    return found(page_name(package, item, offset))


@act()
def printed_label_changed(package: Path) -> Expectation:
    """E2's printed number becomes E1's."""
    with edit_pdf(package) as pdf:
        shown = re.search(
            rb"<[0-9A-F]+>", stamp_of(pdf.pages[page_of(package, "document:request")]).read_bytes()
        )
        assert shown
        stream = stamp_of(pdf.pages[page_of(package, "document:refusal")])
        stream.write(re.sub(rb"<[0-9A-F]+>", shown[0], stream.read_bytes()))
    return found(page_name(package, "document:refusal"))


@act()
def printed_label_removed(package: Path) -> Expectation:
    return change_stamp(package, "document:refusal", lambda _: b"\n")


@act()
def printed_label_made_invisible(package: Path) -> Expectation:
    """Text of rendering mode 3 can be found and not seen."""
    return change_stamp(package, "document:refusal", lambda data: data.replace(b"0 Tr", b"3 Tr"))


@act()
def printed_label_in_white(package: Path) -> Expectation:
    return change_stamp(
        package, "document:refusal", lambda data: data.replace(b"BT 0 g", b"BT 1 g")
    )


@act()
def printed_label_off_the_page(package: Path) -> Expectation:
    return change_stamp(
        package, "document:refusal", lambda data: data.replace(b" 20.0000 Tm", b" -200.0000 Tm")
    )


@act()
def printed_label_of_no_size(package: Path) -> Expectation:
    return change_stamp(
        package, "document:refusal", lambda data: data.replace(b" 13.0000 Tf", b" 0.0100 Tf")
    )


@act()
def second_label_on_a_page(package: Path) -> Expectation:
    """Two numbers: a reader may cite either."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        page.insert_text((page.rect.width - 90, page.rect.height - 20), "E7", fontsize=13)
    return expectation


@act()
def exhibit_number_altered(package: Path) -> Expectation:
    """AD1/4 becomes AD1/3 on the clip's sheet."""
    with edit_pdf(package) as pdf:
        place = page_of(package, "clip:1")
        before, stream = stamp_of(pdf.pages[place - 1]), stamp_of(pdf.pages[place])
        theirs = re.findall(rb"<[0-9A-F]+>", before.read_bytes())
        ours = re.findall(rb"<[0-9A-F]+>", stream.read_bytes())
        stream.write(stream.read_bytes().replace(ours[0], theirs[0]))
    return found(page_name(package, "clip:1"))


@act()
def exhibit_number_removed(package: Path) -> Expectation:
    def change(data: bytes) -> bytes:
        texts = re.findall(rb"BT .*? ET\n", data)
        return data.replace(texts[0], b"")

    return change_stamp(package, "clip:1", change)


@act()
def exhibit_number_on_another_page(package: Path) -> Expectation:
    """A document that is no part of the exhibit gets one of its numbers."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        page.insert_text((34, page.rect.height - 20), "AD1/4", fontsize=10)
    return expectation


# --- links, bookmarks and the index


def retarget(package: Path, annotation: Any, pdf: pikepdf.Pdf, item: str) -> None:
    annotation.Dest = Array([pdf.pages[page_of(package, item)].obj, Name.XYZ, None, None, None])


def index_links(package: Path, pdf: pikepdf.Pdf, item: str) -> list[Any]:
    """Return the index's links to an item."""
    target = pdf.pages[page_of(package, item)].obj.objgen
    annotations = pdf.pages[page_of(package, "part:index")].obj.Annots
    links = [each for each in annotations if each.Dest[0].objgen == target]
    assert links
    return links


@act()
def index_link_retargeted(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        for each in index_links(package, pdf, "document:refusal"):
            retarget(package, each, pdf, "document:request")
    return found("document:refusal")


@act()
def one_of_an_index_rows_links_retargeted(package: Path) -> Expectation:
    """The row's other links still lead to the right page."""
    with edit_pdf(package) as pdf:
        links = index_links(package, pdf, "document:refusal")
        retarget(package, links[-1], pdf, "document:request")
    return found("document:refusal")


@act()
def index_links_removed(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        del pdf.pages[page_of(package, "part:index")].obj.Annots
    return found("document:refusal")


@act()
def one_index_link_removed(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        links = {each.objgen for each in index_links(package, pdf, "document:refusal")}
        page = pdf.pages[page_of(package, "part:index")].obj
        page.Annots = Array([each for each in page.Annots if each.objgen not in links])
    return found("document:refusal")


@act()
def index_link_to_the_web(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        for each in index_links(package, pdf, "document:refusal"):
            del each.Dest
            each.A = Dictionary(S=Name.URI, URI=String("https://example.invalid/"))
    return found("document:refusal")


@act()
def index_link_to_a_program(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        for each in index_links(package, pdf, "document:refusal"):
            del each.Dest
            each.A = Dictionary(S=Name.Launch, F=String("calc.exe"))
    return found("document:refusal")


@act()
def index_links_moved_to_other_rows(package: Path) -> Expectation:
    """The links are all there; two rows' links lie on each other's rows."""
    with edit_pdf(package) as pdf:
        ones = index_links(package, pdf, "document:refusal")
        others = index_links(package, pdf, "document:request")
        for each in ones:
            retarget(package, each, pdf, "document:request")
        for each in others:
            retarget(package, each, pdf, "document:refusal")
    return found("document:refusal", "document:request")


@act()
def way_back_of_a_document_leads_elsewhere(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        link = pdf.pages[page_of(package, "document:refusal")].obj.Annots[-1]
        retarget(package, link, pdf, "document:request")
    return found(page_name(package, "document:refusal"))


@act()
def way_back_leads_to_the_web(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        link = pdf.pages[page_of(package, "part:consent")].obj.Annots[-1]
        del link.Dest
        link.A = Dictionary(S=Name.URI, URI=String("https://example.invalid/"))
    return found(page_name(package, "part:consent"))


@act()
def ways_back_removed_and_denied(package: Path) -> Expectation:
    """The page has none any more, and the record says that it never had."""
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "document:refusal")].obj
        page.Annots = Array(list(page.Annots)[:-1])
    with edit_record(package) as record:
        record["bundle"]["back_links"][page_of(package, "document:refusal")] = None
    return found(page_name(package, "document:refusal"))


@act()
def index_row_page_number_changed(package: Path) -> Expectation:
    """The index prints E1 in the row of E2; link and record are right."""
    with draw_pdf(package) as pdf:
        page = pdf[page_of(package, "part:index")]
        row = page.search_for("Reply refusing")[0]
        cell = pymupdf.Rect(page.rect.width / 2, row.y0 - 2, page.rect.width, row.y1 + 2)
        place = page.search_for("E2", clip=cell)[0]
        page.add_redact_annot(place, fill=(1, 1, 1))
        page.apply_redactions(images=0, graphics=0)
        page.insert_text((place.x0, place.y1 - 3), "E1", fontsize=10)
    return found("document:refusal")


@act()
def index_row_title_changed(package: Path) -> Expectation:
    with draw_pdf(package) as pdf:
        overtype(pdf[page_of(package, "part:index")], "Reply refusing", "Reply agreeing")
    return found("document:refusal")


@act()
def index_row_date_changed(package: Path) -> Expectation:
    with draw_pdf(package) as pdf:
        overtype(pdf[page_of(package, "part:index")], "2 March 2026", "2 May 2026")
    return found("document:refusal")


@act()
def bookmarks_removed(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        del pdf.Root.Outlines
    return found("document:refusal")


def outline(node: Any) -> list[Any]:
    """List a bookmark's descendants."""
    listed, child = [], node.get("/First")
    while child is not None:
        listed += [child, *outline(child)]
        child = child.get("/Next")
    return listed


@act()
def bookmark_retargeted(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        mark = next(
            each for each in outline(pdf.Root.Outlines) if "Reply refusing" in str(each.Title)
        )
        retarget(package, mark, pdf, "document:request")
    return found("document:refusal")


@act()
def bookmark_renamed(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        mark = next(
            each for each in outline(pdf.Root.Outlines) if "Reply refusing" in str(each.Title)
        )
        mark.Title = String("Reply agreeing")
    return found("document:refusal")


@act()
def bookmarks_that_are_a_loop(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        first = pdf.Root.Outlines.First
        first.Next = first
    return found("document:refusal")


# --- words on pages


@act()
def pdf_statement_text_edited_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:statement", "not tell Ms Hale.", "tell Ms Hale.")


@act()
def pdf_statement_paragraph_dropped_with_rehash(package: Path) -> Expectation:
    return overtype_at(
        package,
        "part:statement",
        "Kemp Law wrote down what I told them in person on 20 May 2026.",
        " ",
    )


@act()
def pdf_draft_mark_dropped_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:statement", "DRAFT - not signed", " ")


@act()
def pdf_signature_typed_in(package: Path) -> Expectation:
    """A name and a date in the places that are empty until somebody signs."""
    place, expectation = draw_at(package, "part:statement", 4)
    with draw_pdf(package) as pdf:
        page = pdf[place]
        for word in ("Signed", "Dated"):
            at = page.search_for(word)[0]
            page.insert_text((at.x1 + 60, at.y0), "A Dean 29 May 2026", fontname="tiit")
    return expectation


@act()
def pdf_excerpt_word_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "clip:1", "does not agree", "does agree")


@act()
def pdf_clip_time_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "clip:1", "0:12.400 to 0:31.900", "0:14.400 to 0:33.900")


@act()
def pdf_clip_digest_changed_with_rehash(package: Path) -> Expectation:
    """So that the page vouches for another clip."""
    digest = record_of(package)["clips"][0]["samples_sha256"]
    return overtype_at(package, "clip:1", digest, digest[::-1])


@act()
def pdf_recording_digest_changed_with_rehash(package: Path) -> Expectation:
    """On the custody schedule, where it is broken over two lines."""
    start = record_of(package)["recordings"][0]["sha256"][:40]
    return overtype_at(package, "part:custody", start, start[::-1])


@act()
def pdf_consent_sentence_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:consent", "I do not know", "He agreed that")


@act()
def pdf_openness_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:consent", "Open or covert: Covert", "Open or covert: Open")


@act()
def pdf_custody_head_changed_with_rehash(package: Path) -> Expectation:
    start = record_of(package)["custody"]["head"][:30]
    overtype_at(package, "part:custody", start, start[::-1])
    return found(HEAD)


@act()
def pdf_custody_count_changed_with_rehash(package: Path) -> Expectation:
    """The number of entries that is printed."""
    place, expectation = draw_at(package, "part:custody")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        row = page.search_for("Entries in the log")[0]
        cell = pymupdf.Rect(row.x1, row.y0, page.rect.width - 90, row.y1)
        at = page.search_for("2", clip=cell)[0]
        page.add_redact_annot(at, fill=(1, 1, 1))
        page.apply_redactions(images=0, graphics=0)
        page.insert_text((at.x0, at.y1 - 3), "9", fontsize=10)
    return expectation


@act()
def pdf_custody_time_changed_with_rehash(package: Path) -> Expectation:
    """When the recordings were first taken in."""
    return overtype_at(
        package, "part:custody", "first taken in on 20 May 2026", "first taken in on 11 March 2026"
    )


@act()
def pdf_recording_schedule_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:recordings", "11 March 2026, 14:05", "12 March 2026, 14:05")


@act()
def pdf_coverage_share_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:coverage", "33.8 per cent", "93.8 per cent")


@act()
def pdf_permission_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:front", "not yet decided", "granted")


@act()
def pdf_case_number_changed_with_rehash(package: Path) -> Expectation:
    return overtype_at(package, "part:front", "NB26C00123", "NB26C00124")


@act()
def pdf_document_text_edited_with_rehash(package: Path) -> Expectation:
    """The document's own file says otherwise."""
    return overtype_at(package, "document:refusal", "does not agree", "does agree")


@act()
def pdf_document_image_put_over_a_paragraph(package: Path) -> Expectation:
    """The words are there to be found, under a white field."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        at = page.search_for("does not agree")[0]
        page.draw_rect(pymupdf.Rect(0, at.y0, page.rect.width, at.y1), color=None, fill=(1, 1, 1))
    return expectation


@act()
def pdf_field_put_over_a_generated_paragraph(package: Path) -> Expectation:
    place, expectation = draw_at(package, "part:statement")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        at = page.search_for("not tell Ms Hale.")[0]
        page.draw_rect(pymupdf.Rect(0, at.y0, page.rect.width, at.y1), color=None, fill=(1, 1, 1))
    return expectation


@act()
def pdf_words_added_to_a_document(package: Path) -> Expectation:
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        page.insert_text((300, 60), "The team has since agreed.", fontsize=11)
    return expectation


@act()
def pdf_words_added_to_the_statement(package: Path) -> Expectation:
    """A paragraph that neither record nor Word file has."""
    place, expectation = draw_at(package, "part:statement", 4)
    with draw_pdf(package) as pdf:
        pdf[place].insert_text((110, 700), "33. I was told that I might record.", fontsize=12)
    return expectation


@act()
def pdf_waveform_replaced(package: Path) -> Expectation:
    """The drawing of the recording is covered, and the times below it."""
    place = page_of(package, "clip:1")
    with draw_pdf(package) as pdf:
        pdf[place].draw_rect(pymupdf.Rect(90, 120, 500, 200), color=None, fill=(0.5, 0.5, 0.5))
    return found(page_name(package, "clip:1"))


# --- what a bundle of ours never holds


@act()
def javascript_in_the_bundle(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))
    return found(bundle_path(package))


@act()
def javascript_by_name_in_the_bundle(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        action = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))
    return found(bundle_path(package))


@act()
def open_action_to_another_page(package: Path) -> Expectation:
    """The bundle opens at the middle of the statement."""
    with edit_pdf(package) as pdf:
        pdf.Root.OpenAction = Array([pdf.pages[5].obj, Name.XYZ, None, None, None])
    return found(bundle_path(package))


@act()
def action_upon_opening_a_page(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        action = Dictionary(S=Name.URI, URI=String("https://example.invalid/"))
        pdf.pages[page_of(package, "clip:1")].obj.AA = Dictionary(O=action)
    return found(page_name(package, "clip:1"))


@act()
def attachment_in_the_bundle(package: Path) -> Expectation:
    with edit_pdf(package) as pdf:
        pdf.attachments["other.txt"] = pikepdf.AttachedFileSpec(pdf, b"another statement")
    return found(bundle_path(package))


@act()
def note_over_a_page(package: Path) -> Expectation:
    """An annotation is shown on the page and is no part of its words."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        page = pdf[place]
        page.add_freetext_annot(
            pymupdf.Rect(100, 300, 500, 340), "The team agrees.", fill_color=(1, 1, 1)
        )
    return expectation


@act()
def form_field_over_a_page(package: Path) -> Expectation:
    """A field that anybody can fill in, over the answer."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        widget = pymupdf.Widget()
        widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
        widget.field_name = "answer"
        widget.field_value = "The team agrees."
        widget.fill_color = (1, 1, 1)
        widget.rect = pymupdf.Rect(100, 300, 500, 340)
        pdf[place].add_widget(widget)
    return expectation


@act()
def layer_that_hides_words(package: Path) -> Expectation:
    """Words that are shown or not by a switch of the reader's."""
    place, expectation = draw_at(package, "document:refusal")
    with draw_pdf(package) as pdf:
        layer = pdf.add_ocg("another", on=False)
        page = pdf[place]
        page.insert_text((100, 300), "The team agrees.", oc=layer)
    return expectation


@act()
def metadata_title_changed(package: Path) -> Expectation:
    """The title that a reader shows in its window."""
    with edit_pdf(package) as pdf:
        pdf.docinfo.Title = String("Re Q (A Child)")
        with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
            meta["dc:title"] = "Re Q (A Child)"
    return found(bundle_path(package))


@act()
def replacement_text_for_readers_aloud(package: Path) -> Expectation:
    """/ActualText: what is copied, searched and read aloud is not what is shown."""
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "part:front")]
        contents = list(page.obj.Contents)
        start = pdf.make_stream(b"/Span <</ActualText (Re Q)>> BDC\n")
        page.obj.Contents = Array(
            [start, *contents[:-1], pdf.make_stream(b"\nEMC\n"), contents[-1]]
        )
    return found(page_name(package, "part:front"))


@act()
def font_that_shows_other_letters(package: Path) -> Expectation:
    """The map from glyphs to letters is changed: searched text and shown text differ."""
    with edit_pdf(package) as pdf:
        page = pdf.pages[page_of(package, "document:refusal")]
        fonts = page.obj.Resources.Font
        name = next(each for each in fonts if "/ToUnicode" in fonts[each] and each != "/EKF")
        data = fonts[name].ToUnicode.read_bytes()
        fonts[name].ToUnicode = pdf.make_stream(re.sub(rb"<00(6[1-9A-Fa-f])>", rb"<0078>", data))
    return found(page_name(package, "document:refusal"))


@act(example="smallest")
def printed_label_changed_in_an_arabic_bundle(package: Path) -> Expectation:
    """Numbers without letters, where any figure on the page looks like a label."""
    with edit_pdf(package) as pdf:
        shown = re.search(rb"<[0-9A-F]+>", stamp_of(pdf.pages[2]).read_bytes())
        assert shown
        stream = stamp_of(pdf.pages[3])
        stream.write(re.sub(rb"<[0-9A-F]+>", shown[0], stream.read_bytes()))
    return found(("pdf page 4", "page 4"))


@act(example="smallest")
def page_labels_removed_from_an_arabic_bundle(package: Path) -> Expectation:
    """Without labels a reader shows the same ordinals, so nothing that anybody sees has changed."""
    with edit_pdf(package) as pdf:
        del pdf.Root.PageLabels
    return Expectation(
        found=False,
        reason="a PDF without page labels shows its pages' ordinals, which are the same numbers",
    )


@act(example="smallest")
def custody_head_changed_on_the_page_alone(package: Path) -> Expectation:
    start = record_of(package)["custody"]["head"][:30]
    with draw_pdf(package) as pdf:
        page = pdf[page_of(package, "part:custody")]
        overtype(page, start, start[::-1])
    return found((*page_name(package, "part:custody"), LOG))


@act()
def bundle_of_an_unknown_version(package: Path) -> Expectation:
    """A version that no reader knows."""
    replace(package / bundle_path(package), rb"%PDF-1\.\d", b"%PDF-9.9")
    rebuild(package)
    return Expectation(
        found=False,
        reason="readers read the file all the same; its version is a promise about features, and "
        "no word or number on a page depends on it",
    )
