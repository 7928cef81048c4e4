# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the example's four documents: two letters, an application and minutes, all invented.

The PDFs are committed, so this is needed only to make them again. They are set in the fonts that
come with typst and fontpkg-arimo, so they come out the same on any machine. No official form,
crest or logo is copied: the application says in our own words what one would have to say.

Run it from anywhere: `python examples/home-visit/make_documents.py`.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent

LETTER = """
#set document(title: "{title}", author: "{author}", date: datetime(year: {y}, month: {m}, day: {d}))
#set page(paper: "a4", margin: (x: 28mm, top: 26mm, bottom: 24mm), footer: context {{
  set text(size: 8pt, fill: luma(110))
  [Invented example: no real person, council or case.]
  if counter(page).final().first() > 1 {{
    h(1fr)
    counter(page).display("1 of 1", both: true)
  }}
}})
#set text(font: "{font}", size: {size}, lang: "en", region: "gb")
#set par(justify: false, leading: 0.78em, spacing: 1.6em)
#set heading(numbering: none)
#show heading.where(level: 1): set text(size: 1.25em)
#show heading.where(level: 2): set text(size: 1em)
#show heading.where(level: 2): set block(above: 2em, below: 1.1em)
#let council(team) = {{
  set text(fill: rgb("#24485a"))
  text(size: 1.55em, weight: "bold")[Norbury Council]
  linebreak()
  [Children's Services · #team]
  v(-0.4em)
  line(length: 100%, stroke: 1.2pt + rgb("#24485a"))
}}
"""

REQUEST = """
#align(right)[
  Amara Dean \\
  14 Mill Lane \\
  Norbury
]

25 February 2026

Joanna Hale \\
Children's Services \\
Norbury Council

Dear Joanna,

*Recording our meetings*

I am writing to ask if I can record your visits and the core group meetings on my phone.

I have dyslexia. I told Owen this in January and I think it is in Ella's file as well. When people are
talking I can follow, but I cannot listen and write at the same time, and when I get the minutes a
fortnight later I cannot always read them through. I end up agreeing with things because I have lost
my place. It would help me a great deal to be able to play a meeting back in the evening when
Elly is asleep.

I would not put anything on the internet or send it round to people. It would be for me, and for my
solicitor if I need one. You could have a copy. If somebody does not want to be recorded I would
like to know why, so that we can find another way.

Please could you let me know before the visit on 11 March? A phone call is easier for me than a
letter, if you have the time.

Yours sincerely,

#v(1.2em)
Amara Dean
"""

REFUSAL = """
#council[Family Assessment Team]

#grid(columns: (1fr, auto),
  [Ms A Dean \\ 14 Mill Lane \\ Norbury],
  align(right)[2 March 2026 \\ Our reference: FAT/0417],
)

Dear Ms Dean,

*Your request to record meetings*

Thank you for your letter of 25 February to Joanna Hale, which she has passed to me. I am sorry to
answer you in writing when you asked for a call; I wanted you to have the reply before the visit.

I have thought about what you ask. The council does not agree to visits or core group meetings being
recorded by anyone present. In our experience people speak less freely when they are being recorded,
and what is said at a core group is often about people who are not in the room.

I understand that you have dyslexia and that our minutes are hard for you to use. We can do the
following:

- Joanna or Owen can read the minutes through with you, at a time that suits you;
- you may bring a friend or an advocate to any meeting, who can take notes for you;
- we will send minutes within five working days, in larger type and on cream paper.

If you would like to talk this over, please ring me on the team's number. You may also ask for my
decision to be looked at again by the head of service.

Yours sincerely,

#v(1.2em)
Dana Reeve \\
Team Manager, Family Assessment Team
"""

APPLICATION = """
#grid(columns: (1fr, auto),
  [*In the Family Court at Norbury*],
  align(right)[Case number *NB26C00123*],
)
#v(0.6em)
#align(center)[
  = Re E (A Child)
  #v(0.2em)
  *Application in existing proceedings for permission to rely on recordings*
]
#v(0.4em)
#line(length: 100%, stroke: 0.6pt)

#table(columns: (5.2cm, 1fr), stroke: none, inset: (x: 0pt, y: 4.5pt),
  [*Made by*], [Amara Dean, the mother and first respondent],
  [*Her solicitors*], [Kemp Law, Norbury (Ruth Kemp)],
  [*Other parties*], [Norbury Council, the applicant; the child, by her guardian],
  [*To be heard*], [at the hearing on 15 June 2026, time estimate 20 minutes],
)

== What the court is asked to order

+ That the first respondent has permission to rely on a recording she made on her telephone
  during a visit by the council's social worker on 11 March 2026 (2 minutes 22 seconds), and on a
  message left for her on 13 March 2026 (25 seconds).
+ That copies of both recordings, whole, and of their transcripts, of which exhibit AD1 sets out the
  passages relied on, be served on all parties within seven days.
+ That any party who disputes what is heard on either recording says so in writing, with the
  passage and the words, fourteen days before the next hearing.

== Why

+ What was said about a nursery appointment at the visit is in dispute. The minutes of the core group
  of 18 March 2026 give one account. The first respondent gives another.
+ The recording of the visit was made without the social worker being told. The first respondent
  had asked in writing to record, because of her dyslexia, and had been refused. She says so plainly and
  raises it at the first opportunity. The message was left on an answering service.
+ The whole of each recording is offered, and she has stated what other recordings she holds.
+ Ella is spoken of in both recordings. She is not heard in either.

== Papers with this application

First statement of Amara Dean with exhibit AD1; her letter of 25 February 2026; the council's reply of
2 March 2026; minutes of 18 March 2026.

#v(0.6em)
Kemp Law, for the first respondent #h(1fr) 28 May 2026

#v(1fr)
#text(size: 8.5pt, fill: luma(90))[This page stands in for the court's own form, whose wording and layout
are not reproduced in this example.]
"""

MINUTES = """
#council[Family Assessment Team]

= Minutes of core group
#v(0.3em)

#table(columns: (3.4cm, 1fr), stroke: none, inset: (x: 0pt, y: 4pt),
  [*Child*], [Ella Dean],
  [*Date and place*], [Wednesday 18 March 2026, 2.00 pm to 2.50 pm, Norbury Family Centre],
  [*Present*], [Dana Reeve, team manager (chair) \\
    Joanna Hale, social worker \\
    Owen Price, family support worker \\
    Amara Dean, mother \\
    Beverley Stone, deputy manager, Fernleigh Nursery \\
    Carol Ines, health visitor],
  [*Apologies*], [The GP practice],
  [*Sent out*], [27 March 2026],
)

== 1. Welcome

The chair welcomed everybody and explained what the core group is for. Ms Dean was told that she could
ask for a break at any time. The chair noted that Ms Dean finds written minutes hard to use and that Mr
Price has offered to read them through with her.

== 2. What has happened since the last meeting

Ms Hale said that she and Mr Price had visited on 11 March. The flat was warm and tidy. Ella was at her
grandmother's and was not seen on this visit; she was seen at the nursery the following week.

Ms Ines said that Ella's weight and speech are where they should be. The temperature that she had at the
beginning of March was an ear infection, which has cleared.

#pagebreak()

== 3. Nursery

Ms Hale reported on the appointment of 3 March, which did not go ahead. Ms Dean said at the visit on
11 March that she had cancelled the nursery appointment. A new date was found with the help of
Mr Price, and Ms Dean and Ella attended on 17 March.

Ms Stone said that the visit on 17 March went well. Ella played at the water table, and cried a little when
her mother went out of the room but settled. The nursery has a place for Ella from 13 April.

The group talked about how many mornings Ella should start with. Four were proposed. Ms Dean spoke about
beginning with three.

== 4. Support at home

Mr Price will visit weekly. Mondays were proposed. Ms Dean works as a care assistant and her shifts
change from month to month; she will bring her rota to Mr Price.

== 5. Money and housing

Ms Dean has applied for help with the nursery's settling-in fee. Ms Hale will write a letter in support
by 25 March. The damp in the bathroom has been reported to the landlord, who has not answered yet.

#pagebreak()

== 6. The plan

#table(columns: (1fr, 4.6cm, 3.4cm), inset: 7pt, stroke: 0.5pt + luma(160),
  table.header([*What*], [*Who*], [*By when*]),
  [Ella starts nursery, four mornings a week], [Ms Dean, Ms Stone], [13 April],
  [Weekly visit at home, on Mondays], [Mr Price], [from 23 March],
  [Letter about the settling-in fee], [Ms Hale], [25 March],
  [Read the minutes through with Ms Dean], [Mr Price], [3 April],
  [Rota to Mr Price each month], [Ms Dean], [monthly],
)

All present agreed the plan.

== 7. Next meeting

Wednesday 29 April 2026, 2.00 pm, Norbury Family Centre. The chair thanked everybody for coming.

#v(2em)
Dana Reeve \\
Chair
"""

DOCUMENTS = {
    "request": ("Letter asking to record", "Amara Dean", (2026, 2, 25), "serif", REQUEST),
    "refusal": ("Reply refusing", "Norbury Council", (2026, 3, 2), "sans", REFUSAL),
    "c2": ("Application for permission", "Kemp Law", (2026, 5, 28), "serif", APPLICATION),
    "minutes": ("Minutes, core group", "Norbury Council", (2026, 3, 27), "sans", MINUTES),
}
FONTS = {"serif": ("Libertinus Serif", "12pt"), "sans": ("Arimo", "11pt")}


def main() -> None:
    """Make everything again."""
    (HERE / "documents").mkdir(exist_ok=True)
    with as_file(files("fontpkg_arimo")) as fonts:
        for name, (title, author, (y, m, d), face, body) in DOCUMENTS.items():
            font, size = FONTS[face]
            head = LETTER.format(title=title, author=author, y=y, m=m, d=d, font=font, size=size)
            pdf = typst.compile(
                (head + body).encode(),
                format="pdf",
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
            )
            (HERE / "documents" / f"{name}.pdf").write_bytes(pdf)


if __name__ == "__main__":
    main()
