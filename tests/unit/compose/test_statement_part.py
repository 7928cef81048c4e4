# SPDX-License-Identifier: AGPL-3.0-or-later
"""The covering statement, whole, against its golden files, and the rules that it keeps.

EVIDENCEKIT_UPDATE_GOLDEN=1 writes the golden files anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from attrs import evolve

from evidencekit.compose import plan
from evidencekit.compose.consent import consent_part
from evidencekit.compose.statement import (
    initials_and_surname,
    statement_paragraphs,
    statement_part,
)
from evidencekit.court.profiles import load_profile, profile_ids
from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.material import Material
from evidencekit.model.matter import Case, Matter, OtherRecordings, Permission, Statement, Transfer
from evidencekit.model.person import Person
from evidencekit.model.recording import Recording

GOLDEN = Path(__file__).parents[2] / "golden" / "statement"
CHILDREN = load_profile("ew-family-children")
NEVER = re.compile(
    r"obtained|valid|lawful|authentic|proves|tampered|tamper|admissib", re.IGNORECASE
)


def _hold(name: str, found: str) -> None:
    """Compare with the golden file, or write it where that is asked for."""
    path = GOLDEN / name
    if os.environ.get("EVIDENCEKIT_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def _layout(material: Material, *, exhibit: str | None = "AD1") -> Layout:
    items = ["recordings", "clips", "consent", "custody", "coverage", "minutes comparison"]
    ids = [f"part:{each}" for each in items if each != "clips"]
    ids[1:1] = [f"clip:{each.number}" for each in material.clips]
    return lay_out(
        [SectionHead(letter="D", title="Exhibit")],
        [
            (Item(id=each, title=each, kind=ItemKind.GENERATED, section="D", exhibit=True), 1)
            for each in ids
        ],
        numbering=Numbering.BATES,
        exhibit_mark=exhibit,
    )


def _made(material: Material, profile_id: str = "ew-family-children") -> plan.Part:
    part = statement_part(material, load_profile(profile_id), _layout(material))
    assert part is not None
    return part


def _text(part: plan.Part) -> str:
    """Return a part as lines, each with its kind, for a golden file."""
    lines = []
    for block in part.blocks:
        match block:
            case plan.Numbered():
                lines.append(f"{block.number}. {plan.flat(block.text)}")
            case plan.Paragraph():
                lines.append(f"({block.manner}) {plan.flat(block.text)}")
            case plan.Heading():
                lines.append(f"{'#' * block.level} {block.text}")
            case plan.Corner():
                lines += [f"(corner) {line}" for line in block.lines]
            case plan.CaseHeading():
                lines.append(f"(case) {block.court} | {block.number} | {block.lines}")
                lines.append(f"(title) {block.title}")
            case plan.Blank():
                lines.append(f"(blank, {block.lines} lines) {block.label}")
            case plan.Signature():
                lines.append(f"(signature) {block.name} | {block.lines}")
            case plan.Band():
                lines.append(f"(band) {block.text}")
    return "\n".join(lines) + "\n"


def _bare() -> Material:
    """The least a statement can be made from."""
    return Material(
        matter=Matter(
            case=Case(title="Re E (A Child)"),
            people=(Person(id="amara", name="Amara Dean"),),
            statement=Statement(by="amara"),
        )
    )


def _with_recording(material: Material, recording: Recording) -> Material:
    read = evolve(material.recordings[0], recording=recording, clips=())
    return evolve(material, recordings=(read,))


def _paragraphs(material: Material) -> str:
    return "\n".join(text for _, text in statement_paragraphs(_made(material)))


@pytest.mark.parametrize("profile_id", ["ew-family-children", "ew-civil", "us-federal"])
def test_the_whole_statement_reads_as_its_golden_file(material: Material, profile_id: str) -> None:
    _hold(f"{profile_id}.txt", _text(_made(material, profile_id)))


def test_with_nothing_told_every_gap_is_marked_and_nothing_is_made_up() -> None:
    _hold("nothing-told.txt", _text(_made(_bare())))


def test_a_recording_of_which_nothing_was_told_leaves_every_gap_open(material: Material) -> None:
    matter = evolve(_bare().matter, case=material.matter.case)
    bare = _with_recording(material, Recording(id="visit", file="visit.m4a"))
    _hold("bare-recording.txt", _text(_made(evolve(bare, matter=matter))))


def test_a_matter_without_a_statement_has_no_statement_part(material: Material) -> None:
    without = evolve(material, matter=evolve(material.matter, statement=None))
    assert statement_part(without, CHILDREN, None) is None


def test_own_words_come_first_and_unaltered(material: Material) -> None:
    words = ("  I said  “no”, twice…", "#panic <b>not markup</b>")
    statement = evolve(material.matter.statement, words=words)  # type: ignore[type-var]
    made = _made(evolve(material, matter=evolve(material.matter, statement=statement)))
    assert statement_paragraphs(made)[:2] == ((1, words[0]), (2, words[1]))


def test_paragraphs_are_numbered_from_one_without_a_gap(material: Material) -> None:
    numbers = [number for number, _ in statement_paragraphs(_made(material))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_is_marked_as_a_draft_and_nothing_is_signed_or_dated(material: Material) -> None:
    blocks = _made(material).blocks
    assert blocks[0] == plan.Band(text="DRAFT - not signed")
    (corner,) = [block for block in blocks if isinstance(block, plan.Corner)]
    assert corner.lines[-1] == "Dated: [date of signing: to be completed]"
    assert plan.Signature(name="Amara Dean", lines=("Signed", "Dated")) in blocks


@pytest.mark.parametrize("profile_id", profile_ids())
def test_the_statement_of_truth_is_the_profile_s_own_or_a_marked_place(
    material: Material, profile_id: str
) -> None:
    profile = load_profile(profile_id)
    blocks = _made(material, profile_id).blocks
    place = blocks.index(plan.Heading(text="Statement of truth")) + 1
    if profile.statement_of_truth:
        expected = plan.plain(" ".join(profile.statement_of_truth))
        assert blocks[place] == plan.Paragraph(text=expected)
    else:
        assert isinstance(blocks[place], plan.Blank)


def test_it_cites_the_exhibit_s_pages_and_never_a_label_of_the_bundle(material: Material) -> None:
    said = _paragraphs(material)
    assert "(AD1/1)" in said
    assert "AD1/1 to AD1/4 and AD1/6 to AD1/7" in said
    assert not re.search(r"\bD[0-9]", said)


def test_before_there_is_a_layout_a_question_mark_stands_for_each_page(material: Material) -> None:
    part = statement_part(material, CHILDREN, None)
    assert part is not None
    assert "(AD1/?)" in "\n".join(text for _, text in statement_paragraphs(part))


def test_without_an_exhibit_mark_no_exhibit_page_is_cited(material: Material) -> None:
    statement = evolve(material.matter.statement, exhibit=None)  # type: ignore[type-var]
    without = evolve(material, matter=evolve(material.matter, statement=statement))
    part = statement_part(without, CHILDREN, _layout(material, exhibit=None))
    assert part is not None
    said = "\n".join(text for _, text in statement_paragraphs(part))
    assert "AD1" not in said
    assert "None" not in said


def test_the_paragraphs_of_own_knowledge_and_of_information_are_all_accounted_for(
    material: Material,
) -> None:
    paragraphs = statement_paragraphs(_made(material))
    sources = [text for _, text in paragraphs if re.match(r"Paragraphs? [0-9]", text)]
    named: list[int] = []
    for text in sources:
        numbers = text.split(" of this statement")[0].split(" are ")[0].split(" is ")[0]
        for first, last in re.findall(r"([0-9]+)(?: to ([0-9]+))?", numbers):
            named += range(int(first), int(last or first) + 1)
    assert sorted(named) == list(range(1, len(paragraphs) - len(sources) + 1))


def test_what_was_measured_is_told_by_whoever_ran_the_software(material: Material) -> None:
    said = _paragraphs(material)
    assert "I am told by whoever ran the software, evidencekit 0.1.0," in said
    for digest in (read.digest.value for read in material.recordings):
        assert digest not in said
    assert "142" not in said


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("yes", "R1 is the whole recording."),
        ("no", "R1 is not the whole recording."),
        (
            "no: my phone rang at the end",
            "R1 is not the whole recording: my phone rang at the end.",
        ),
        ("not stated", "Whether R1 is the whole recording: not stated."),
        (None, "Whether R1 is the whole recording: not stated."),
        ("I think so", "Whether R1 is the whole recording: I think so."),
    ],
)
def test_whole_or_part_is_said_as_it_was_told(
    material: Material, told: str | None, printed: str
) -> None:
    recording = Recording(id="visit", file="visit.m4a", whole=told)
    assert printed in _paragraphs(_with_recording(material, recording))


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("served", "The whole recording is to be served."),
        ("on request", "The whole recording can be had on request."),
        ("withheld: a child is named", "The whole recording is withheld: a child is named."),
        ("withheld", "The whole recording is withheld: the reason is not stated."),
        (None, "Where the whole recording can be had: not stated."),
    ],
)
def test_where_the_whole_is_to_be_had_is_said_as_it_was_told(
    material: Material, told: str | None, printed: str
) -> None:
    recording = Recording(id="visit", file="visit.m4a", whole_recording=told)
    assert printed in _paragraphs(_with_recording(material, recording))


@pytest.mark.parametrize(
    ("others", "printed"),
    [
        (None, "Whether there are other recordings: not stated."),
        (OtherRecordings(are_there_any="no"), "There are no other recordings."),
        (
            OtherRecordings(are_there_any="yes"),
            "There are other recordings. Which they are: not stated.",
        ),
    ],
)
def test_other_recordings_are_said_as_they_were_told(
    material: Material, others: OtherRecordings | None, printed: str
) -> None:
    matter = evolve(material.matter, other_recordings=others)
    assert printed in _paragraphs(evolve(material, matter=matter))


@pytest.mark.parametrize(
    ("permission", "printed"),
    [
        (
            None,
            "Whether permission to rely on the recordings has been asked for: not stated.",
        ),
        (
            Permission(result="not yet decided"),
            (
                "Whether permission to rely on the recordings has been asked for: not stated. The "
                "result: not yet decided."
            ),
        ),
        (
            Permission(applied_on="2026-05-28", decided_on="2026-06-01", order="application"),
            (
                "Permission to rely on the recordings was asked for on 28 May 2026. The result: not "
                "stated. It was decided on 1 June 2026. The order: “Application for permission (C2)”, "
                "dated 28 May 2026."
            ),
        ),
    ],
)
def test_permission_is_said_as_it_was_told(
    material: Material, permission: Permission | None, printed: str
) -> None:
    matter = evolve(material.matter, case=evolve(material.matter.case, permission=permission))
    assert printed in _paragraphs(evolve(material, matter=matter))


def test_a_transfer_told_by_somebody_else_is_information_with_its_source(
    material: Material,
) -> None:
    transfer = Transfer(what=("visit",), told_by="Ruth Kemp")
    matter = evolve(material.matter, custody=(transfer,))
    said = _paragraphs(evolve(material, matter=matter))
    assert (
        "R1 went. How: not stated. When: not stated. From whom: not stated. To whom: not stated."
        in said
    )
    assert "not within my own knowledge. The source of my information: Ruth Kemp." in said


def _with_entries(material: Material, *entries: CustodyEntry, told: bool = True) -> Material:
    log = CustodyLog(entries=(*material.log.entries, *entries), head="f" * 64)
    matter = material.matter if told else evolve(material.matter, custody=())
    return evolve(material, log=log, matter=matter)


def _hand_over(item: str, seq: int, **more: str) -> CustodyEntry:
    told = {"giver": "amara", "receiver": "Ruth Kemp, Kemp Law", "on": "2026-05-20"} | more
    return CustodyEntry(
        seq=seq,
        id=f"entry-{seq}",
        kind=EntryKind.TRANSFER,
        prev="0" * 64,
        recorded_at="2026-05-20T16:00:00Z",
        entered_by=told.pop("entered_by", "Ruth Kemp"),
        line_sha256="f" * 64,
        item=item,
        **told,
    )


def test_a_change_of_hands_that_only_the_log_holds_is_said_as_the_logs(material: Material) -> None:
    entries = (_hand_over("visit", 3, how="USB stick"), _hand_over("voicemail", 4, how="USB stick"))
    said = _paragraphs(_with_entries(material, *entries, told=False))
    assert (
        "The custody log (AD1/6), in entries 3 and 4, says that R1 and R2 went from me to Ruth "
        "Kemp, Kemp Law on 20 May 2026. How: USB stick." in said
    )
    assert "What has happened to the recordings since they were made: not stated." not in said
    assert (
        "The source of my information: the custody log, where it was entered by Ruth Kemp." in said
    )


def test_what_the_declarant_entered_in_the_log_is_own_knowledge(material: Material) -> None:
    entry = _hand_over("visit", 3, entered_by="amara")
    assert "where it was entered by" not in _paragraphs(_with_entries(material, entry, told=False))


def test_a_change_of_hands_that_the_matter_tells_is_not_said_again_from_the_log(
    material: Material,
) -> None:
    entry = _hand_over("visit", 3, how="by hand")
    assert "The custody log (AD1/6), in entry" not in _paragraphs(_with_entries(material, entry))
    later = _hand_over("visit", 3, on="2026-05-21")
    assert "The custody log (AD1/6), in entry 3" in _paragraphs(_with_entries(material, later))


def test_a_part_of_a_recording_is_not_called_the_whole_of_it(material: Material) -> None:
    recording = Recording(
        id="visit",
        file="visit.m4a",
        whole="no: the first minute is missing",
        whole_recording="served",
    )
    said = _paragraphs(_with_recording(material, recording))
    assert (
        "R1 is not the whole recording: the first minute is missing. Whether it has been edited: "
        "not stated. What there is of it is to be served." in said
    )


def test_what_others_did_or_knew_is_not_claimed_as_own_knowledge(material: Material) -> None:
    paragraphs = statement_paragraphs(_made(material))
    of_others = [number for number, text in paragraphs if text.startswith("As to Joanna Hale")]
    [claimed] = [text for _, text in paragraphs if "within my own knowledge, unless" in text]
    [marked] = [text for _, text in paragraphs if "what other people did, said or knew" in text]
    assert of_others
    assert marked.startswith(f"Paragraphs {of_others[0]} to ")
    assert f" {of_others[0]} to" not in claimed


def test_a_paragraph_that_only_says_not_stated_is_nobodys_knowledge(material: Material) -> None:
    recording = Recording(id="visit", file="visit.m4a", made_by="amara", reason="to remember")
    said = _paragraphs(_with_recording(material, recording))
    silent = {
        number
        for number, text in statement_paragraphs(_made(_with_recording(material, recording)))
        if text.startswith(("Where there are copies", "Whether R1 is the whole"))
    }
    [line] = [each for each in said.splitlines() if each.endswith("say only what is not stated.")]
    assert silent
    assert {int(each) for each in re.findall(r"[0-9]+", line)} >= silent
    [own] = [each for each in said.splitlines() if "within my own knowledge, unless" in each]
    assert not silent & {int(each) for each in re.findall(r"[0-9]+", own)}


def test_transfers_come_in_order_of_time_and_undated_ones_last(material: Material) -> None:
    transfers = (
        Transfer(what=("visit",), how="third"),
        Transfer(what=("visit",), on="2026-05-20", how="second"),
        Transfer(what=("visit",), on="2026-03-11", how="first"),
    )
    said = _paragraphs(evolve(material, matter=evolve(material.matter, custody=transfers)))
    places = [said.index(f"How: {each}.") for each in ("first", "second", "third")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Amara Dean", "A. Dean"),
        ("Mary Jane O'Brien-Smith", "M. J. O'Brien-Smith"),
        ("Ruth van der Berg", "R. van der Berg"),
        ("Łucja Żak", "Ł. Żak"),
        ("王小明", "王小明"),
        ("محمد علي", "محمد علي"),
        ("Madonna", "Madonna"),
    ],
)
def test_the_corner_gives_initials_and_surname(name: str, short: str) -> None:
    assert initials_and_surname(name) == short


@pytest.mark.parametrize("profile_id", profile_ids())
def test_no_forbidden_word_is_printed_of_ordinary_facts(
    material: Material, profile_id: str
) -> None:
    consent = consent_part(material, load_profile(profile_id), None)
    for part in (_made(material, profile_id), consent):
        assert not NEVER.search(_text(part))
        tables = [block for block in part.blocks if isinstance(block, plan.Table)]
        cells = [plan.flat(cell) for each in tables for row in each.rows for cell in row.cells]
        assert not NEVER.search("\n".join(cells))
