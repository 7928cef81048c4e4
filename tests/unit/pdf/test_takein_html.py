# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a web page: what a reader would be shown, whatever the page is made of."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidencekit.pdf.takein_html import words_of

#: What a page can be made of that holds a reader up which goes back over what it has read.
ENDLESS = [
    *("<!--", "<![", "<![CDATA[", "<!doctype", "<?", "</a", "</", "<", "<a ", "<a x='", "<a x='>"),
    *("<a x=\">'", "<a>", "<a/", "<a =", "<a\n=\n", "<script>", "<title>", "<textarea>", "<p> "),
    *("<pre>  x", "<pre>\n", "<br> ", "&nbsp;", "&#1", "&amp", " "),
]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("a<!-- b -->c<!--[if mso]>d<![endif]-->e", "ace"),
        ("<![if !mso]>a<![endif]>b<!--[if !mso]><!-->c<!--<![endif]-->", "abc"),
        ("<!-->a<!--->b", "ab"),
        ("a<![; x>b", "ab"),
        ("a<?xml version='1.0'?>b<!DOCTYPE html>c", "abc"),
        ("5 < 6 and 7<8 <", "5 < 6 and 7<8 <"),
        ("<head><title>a<b></title><p>words", "words"),
        ("<style>p > a {}</style>x<script>'<p>'</SCRIPT >y", "xy"),
        ("<style>and no end", "and no end"),
        ("<noscript>shown where nothing runs</noscript>", "shown where nothing runs"),
        ("<textarea>a<b>&amp;</textarea>", "a<b>&"),
        ("<p title='a > b' class=c/>x</p>", "x"),
        ("one<p>two</p>\n<p> three <br>four</p>", "one\n\ntwo\n\nthree\nfour"),
        ("<div>a</div><br><br><br><div>b</div>", "a\n\nb"),
        ("<pre>a\n  b   c</pre>", "a\nb   c"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc"),
        ("a&nbsp;b&eacute;&#8217;&#65", "a bé’A"),
    ],
)
def test_words_are_what_a_reader_is_shown(page, words):
    assert words_of(page) == words


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<a href='https://a.org'>a</a>", "a <https://a.org>"),
        ("<a href=https://a.org/b>https://a.org/b</a>", "https://a.org/b"),
        ('<A HREF = "https://a.org?x=1&copy=2&amp;y=3">a</A>', "a <https://a.org?x=1&copy=2&y=3>"),
        ("<a href='javascript:x()'>a</a>", "a"),
        (
            "<a href='https://a.org'>a<a href='https://b.org'>b",
            "a <https://a.org>b <https://b.org>",
        ),
        ("<a href='https://a.org' href='https://b.org'>a</a>", "a <https://a.org>"),
    ],
)
def test_a_link_shows_where_it_leads(page, words):
    assert words_of(page) == words


def test_a_tag_that_never_ends_is_words_with_all_that_follows():
    assert words_of("<p>He came at <a href='x") == "He came at <a href='x"
    assert words_of("at ten <!doctype and so on") == "at ten <!doctype and so on"
    assert words_of('<a href="x>She said</a> no') == "She said no"


@pytest.mark.parametrize("part", ENDLESS)
def test_no_page_takes_long(part):
    # Some of these took minutes, some had no end: the limit on a test's time is what would find it.
    for start in ("", "<pre>a"):
        for end in ("", "'>", '">'):
            words_of(start + part * (60_000 // len(part)) + end)


@given(st.text(alphabet="<>/abpliu &;\"'=!-\n[]?", max_size=200))
@example("<![;")
@settings(deadline=None)
def test_any_web_page_gives_words(page):
    words_of(page)


@given(st.text(max_size=60))
def test_words_that_are_written_as_such_come_out_whole(words):
    words = " ".join(words.split())
    assert words_of(f"<p>{html.escape(words)}</p>") == words
