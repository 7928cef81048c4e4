# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locked documents are opened with the password given, and words of scans are read where asked."""

import shutil
import subprocess
import sys

import pikepdf
import pytest
from support_examples import copy_example

import evidencekit as ek


def build(folder, into, *options):
    return subprocess.run(
        [sys.executable, "-m", "evidencekit", "build", "matter.toml", "-o", str(into), *options],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path):
    folder = copy_example("home-visit", tmp_path)
    path = folder / "documents/minutes.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="ow", user="sesame"))
    (folder / "password.txt").write_text("sesame\n", encoding="utf-8")
    return folder


def test_a_locked_document_stops_the_build_and_says_what_to_do(folder, tmp_path):
    result = build(folder, tmp_path / "package")
    assert result.returncode == 4
    assert "documents/minutes.pdf needs a password" in result.stderr
    assert "--password minutes=FILE" in result.stderr
    assert not (tmp_path / "package").exists()


def test_a_locked_document_is_bound_in_with_its_password(folder, tmp_path):
    result = build(folder, tmp_path / "package", "--password", "minutes=password.txt")
    assert result.returncode == 0, result.stderr
    package = ek.open_package(tmp_path / "package")
    assert next(each for each in package.index if each.item == "document:minutes").pages == 3
    assert "EK-P030" in {each.code for each in package.findings}
    assert ek.verify(package.path).ok


def test_a_wrong_password_is_not_guessed_around(folder, tmp_path):
    (folder / "password.txt").write_text("open\n", encoding="utf-8")
    result = build(folder, tmp_path / "package", "--password", "minutes=password.txt")
    assert result.returncode == 4
    assert "password" in result.stderr
    assert "sesame" not in result.stdout + result.stderr


@pytest.mark.parametrize("given", ["minutes", "nobody=password.txt", "minutes=nowhere.txt"])
def test_a_password_that_opens_nothing_is_a_usage_error(folder, tmp_path, given):
    result = build(folder, tmp_path / "package", "--password", given)
    assert result.returncode == 2
    assert "--password" in result.stderr


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not on this machine")
def test_words_of_scanned_pages_are_read_where_asked(tmp_path):
    folder = copy_example("home-visit", tmp_path)
    path = folder / "documents/refusal.pdf"
    picture = tmp_path / "scan"
    subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", path, picture], check=True
    )
    shutil.move(f"{picture}.png", folder / "documents/refusal.png")
    text = (folder / "matter.toml").read_text("utf-8").replace("refusal.pdf", "refusal.png")
    (folder / "matter.toml").write_text(text, encoding="utf-8")
    result = build(folder, tmp_path / "package", "--ocr", "eng")
    assert result.returncode == 0, result.stderr
    package = ek.open_package(tmp_path / "package")
    entry = next(each for each in package.index if each.item == "document:refusal")
    words = subprocess.run(
        ["pdftotext", "-f", str(entry.pdf_page), "-l", str(entry.pdf_page), package.pdf_path, "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "people speak less freely" in " ".join(words.split())
    assert ek.verify(package.path).ok
