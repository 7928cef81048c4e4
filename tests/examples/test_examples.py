# SPDX-License-Identifier: AGPL-3.0-or-later
"""The example matters build, verify, and are what stock tools say they are."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import pypdf
import pypdfium2
import pytest
from support_examples import EXAMPLES, NOW, copy_example

import evidencekit as ek
from evidencekit.matterfile.document import to_document

SCRIPTS = EXAMPLES / "scripts"


def run(*command, cwd=None):
    return subprocess.run(
        [str(each) for each in command], cwd=cwd, check=False, capture_output=True, text=True
    )


@pytest.fixture(params=["home_visit_package", "smallest_package"])
def package(request):
    return request.getfixturevalue(request.param)


def test_each_example_verifies_from_its_bytes(package):
    report = ek.verify(package.path)
    assert report.failures == ()
    checks = [line.check for line in report.summary]
    assert {"files", "custody", "clips", "pages", "inputs", "signature"} <= set(checks)
    assert [line.outcome.value for line in report.summary if line.check != "signature"] == [
        "ok"
    ] * (len(checks) - 1)
    assert report.conclusion.startswith("CONSISTENT with its own lists. Unsigned")


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not on this machine")
@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_accepts_the_manifests(package, manifest):
    result = run("sha256sum", "--strict", "-c", manifest, cwd=package.path)
    assert result.returncode == 0, result.stdout


def test_bagit_accepts_the_package(package):
    assert bagit.Bag(str(package.path)).validate()


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not on this machine")
def test_qpdf_finds_nothing_wrong_with_the_bundle(package):
    result = run("qpdf", "--check", package.pdf_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WARNING" not in result.stdout + result.stderr


def test_pypdf_reads_on_every_page_the_label_that_is_printed_there(package):
    reader = pypdf.PdfReader(package.pdf_path)
    labels = package.record["bundle"]["labels"]
    assert list(reader.page_labels) == labels
    for page, label in zip(reader.pages, labels, strict=True):
        assert label in page.extract_text().split()


def test_pdfium_reads_the_same_labels_and_leads_each_index_link_to_its_page(package):
    document = pypdfium2.PdfDocument(package.pdf_path)
    labels = package.record["bundle"]["labels"]
    assert [document.get_page_label(number) for number in range(len(document))] == labels
    index = next(entry for entry in package.index if entry.item == "part:index")
    reader = pypdf.PdfReader(package.pdf_path)
    targets = set()
    for page in reader.pages[index.pdf_page - 1 : index.pdf_page - 1 + index.pages]:
        for annotation in page.get("/Annots", ()):
            link = annotation.get_object()
            if "/Dest" in link:
                targets.add(reader.get_page_number(link["/Dest"][0].get_object()) + 1)
    assert {entry.pdf_page for entry in package.index if entry.number} <= targets


def test_the_bookmarks_lead_to_the_items_pages(package):
    reader = pypdf.PdfReader(package.pdf_path)

    def flatten(outline):
        for each in outline:
            if isinstance(each, list):
                yield from flatten(each)
            else:
                yield each.title, reader.get_destination_page_number(each) + 1

    found = set(flatten(reader.outline))
    for entry in package.index:
        assert (f"{entry.first_label}  {entry.title}", entry.pdf_page) in found


def test_the_bundle_opens_at_full_size_with_its_bookmarks_shown(package):
    root = pypdf.PdfReader(package.pdf_path).trailer["/Root"]
    assert root["/PageMode"] == "/UseOutlines"
    action = root["/OpenAction"]
    destination = action["/D"] if "/D" in action else action
    assert destination[1] == "/XYZ"
    assert destination[4] == 1


def test_the_record_fits_its_schema(package):
    assert ek.validate(package.record, "bundle") == ()


def test_the_report_fits_its_schema(package):
    result = run(sys.executable, "-m", "evidencekit", "verify", package.path, "--json")
    assert result.returncode == 0, result.stderr
    assert ek.validate(json.loads(result.stdout), "report") == ()


def test_each_line_of_the_custody_log_fits_its_schema(package):
    lines = (package.path / "data/custody/custody.jsonl").read_text("utf-8").splitlines()
    assert lines
    for line in lines:
        assert ek.validate(json.loads(line), "custody") == ()


def test_the_matter_in_the_package_is_the_matter_again(package):
    again = ek.load_matter(package.path / "data/matter/matter.json")
    name = "home-visit" if len(package.clips) > 1 else "smallest"
    # JSON objects have no order, and nothing that is printed depends on one.
    assert to_document(again) == to_document(ek.load_matter(EXAMPLES / name / "matter.toml"))


def test_the_originals_are_there_byte_for_byte(home_visit_package):
    for name in ("recordings/visit.m4a", "documents/minutes.pdf", "transcripts/voicemail.srt"):
        stored = home_visit_package.path / "data" / name
        assert stored.read_bytes() == (EXAMPLES / "home-visit" / name).read_bytes()


def test_the_index_csv_lists_every_listed_item(home_visit_package):
    text = (home_visit_package.path / "data/index.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    titles = [row["userdefined_title"] for row in rows if row["section"] == "0"]
    assert titles == [entry.title for entry in home_visit_package.index if entry.number]


def test_the_statement_says_the_same_in_the_bundle_and_in_word(home_visit_package):
    import docx

    record = home_visit_package.record["statement"]
    document = docx.Document(home_visit_package.path / record["docx"])
    written = "".join("".join(each.text.split()) for each in document.paragraphs)
    entry = next(each for each in home_visit_package.index if each.item == "part:statement")
    reader = pypdf.PdfReader(home_visit_package.pdf_path)
    pages = reader.pages[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages]
    # Page labels stand between the lines of a paragraph that runs on to the next page.
    printed = "".join(
        "".join(page.extract_text().replace(label, "").split())
        for page, label in zip(
            pages, home_visit_package.record["bundle"]["labels"][entry.pdf_page - 1 :], strict=False
        )
    )
    assert record["paragraphs"]
    for paragraph in record["paragraphs"]:
        words = "".join(paragraph["text"].split())
        assert words in written
        assert words[:60] in printed


def test_the_words_never_to_be_printed_are_printed_nowhere(home_visit_package):
    reader = pypdf.PdfReader(home_visit_package.pdf_path)
    own = [entry for entry in home_visit_package.index if entry.kind.value == "generated"]
    for entry in own:
        for page in reader.pages[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages]:
            text = page.extract_text().lower()
            for word in ("authentic", "proves", "tamper", "admissible", "lawful", "consent valid"):
                assert word not in text, (entry.item, word)


def test_a_tool_can_import_preview_build_and_store(tmp_path):
    folder = copy_example("smallest", tmp_path)
    result = run(
        sys.executable, SCRIPTS / "import_into_a_tool.py", folder, tmp_path / "out", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert "Clip 1: The refusal is explained" in result.stdout
    assert result.stdout.endswith("Verified.\n")


def test_many_matters_build_in_parallel_and_a_bad_one_does_not_stop_the_rest(tmp_path):
    good = copy_example("smallest", tmp_path)
    bad = copy_example("home-visit", tmp_path)
    (bad / "recordings/visit.m4a").write_bytes(b"not a recording")
    matters = [bad / "matter.toml", good / "matter.toml"]
    result = run(sys.executable, SCRIPTS / "build_many.py", tmp_path / "out", *matters)
    assert result.returncode == 0, result.stderr
    rows = list(csv.DictReader((tmp_path / "out/outcomes.csv").read_text("utf-8").splitlines()))
    assert [(row["matter"], row["outcome"]) for row in rows] == [
        ("home-visit", "failed"),
        ("smallest", "built"),
    ]
    assert "is not the file that was taken in" in rows[0]["error"]
    assert ek.verify(tmp_path / "out/smallest").ok


def test_the_record_is_validated_from_python(home_visit_package):
    record = home_visit_package.path / "data/bundle.json"
    result = run(sys.executable, SCRIPTS / "validate_record.py", record)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "valid; jsonschema agrees: True" in result.stdout


AJV = Path(__file__).parent.parent / "conformance/ajv"


@pytest.mark.skipif(not shutil.which("node"), reason="node is not on this machine")
@pytest.mark.skipif(
    not (AJV / "node_modules").is_dir(), reason="run: npm ci --prefix tests/conformance/ajv"
)
def test_the_record_is_validated_from_javascript(home_visit_package, tmp_path):
    schema = tmp_path / "bundle.schema.json"
    printed = run(sys.executable, "-m", "evidencekit", "schema", "bundle")
    schema.write_text(printed.stdout, encoding="utf-8")
    record = home_visit_package.path / "data/bundle.json"
    result = run("node", SCRIPTS / "validate_record.mjs", schema, record, cwd=AJV)
    assert (result.returncode, result.stdout) == (0, "valid\n"), result.stderr


def test_a_record_that_lies_about_its_shape_is_refused_from_python(home_visit_package, tmp_path):
    record = dict(home_visit_package.record) | {"inputs": "none"}
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    result = run(sys.executable, SCRIPTS / "validate_record.py", path)
    assert result.returncode == 1
    assert "not valid; jsonschema agrees: True" in result.stdout


def test_an_executor_gives_the_same_bytes(tmp_path, smallest_package):
    from concurrent.futures import ThreadPoolExecutor

    folder = copy_example("smallest", tmp_path)
    with ThreadPoolExecutor(1) as executor:
        package = ek.build(
            ek.load_matter(folder / "matter.toml"),
            folder=folder,
            into=tmp_path / "package",
            now=NOW,
            executor=executor,
        )
    assert package.pdf_path.read_bytes() == smallest_package.pdf_path.read_bytes()


def test_key_order_moves_nothing(tmp_path, home_visit_package):
    folder = copy_example("home-visit", tmp_path)
    sorted_keys = home_visit_package.path / "data/matter/matter.json"
    entries = ek.plan(ek.load_matter(sorted_keys), folder=folder)
    placed = [(entry.item, entry.labels) for entry in entries]
    assert placed == [(entry.item, entry.labels) for entry in home_visit_package.index]
