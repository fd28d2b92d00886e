"""The PDF file, read back like a reader sees it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest

from documents.paper import (
    CREATED_AT,
    USUAL,
    described,
    described_as,
    fonts,
    is_archival,
    pages,
    printed_pdf,
    reader,
    text,
    usual,
)
from polaris.documents import Document, Line, Mark, Party, pdf
from polaris.documents.printing import money
from polaris.money import CURRENCIES

MANY = tuple(
    Line(description=f"Item {n} of many", quantity=Decimal(n), amount_minor=n)
    for n in range(1, 501)
)
LONG = usual(lines=MANY)

EMBEDDED = {"LibertinusSerif", "DejaVuSansMono", "NewCM10"}


def test_an_invoice_says_everything_on_it() -> None:
    assert pages(USUAL) == [
        [
            *("Northwind GmbH", "Lindenallee 14", "20259 Hamburg"),
            *("Invoice", "INV-000127"),
            *("Billed to", "Ålesund Maritime AS", "Kongens gate 3", "6002 Ålesund"),
            *("Tax number NO 987 654 321", "accounts@maritime.example"),
            "Issued 22 November 2026",
            "Due 22 December 2026",
            "Purchase order PO-7781",
            "Description Quantity Unit price Amount EUR",
            "Calls 1,284,031.5 0.000125 160.50",
            "Training 2 0.05 0.10",
            "Goodwill -50.00",
            "Subtotal €110.60",
            "VAT 20 % €22.12",
            "Total €132.72",
            "Amount due €1,234,567.89",
            "Replaces INV-000126.",
            "Invoice INV-000127 1 / 1",
        ]
    ]


def test_the_file_names_itself() -> None:
    metadata = reader(USUAL).metadata
    assert metadata is not None
    assert metadata.title == "Invoice INV-000127"
    assert metadata.author == "Northwind GmbH"
    assert metadata.creation_date == CREATED_AT


def test_the_same_document_gives_the_same_bytes() -> None:
    first = printed_pdf(USUAL)
    assert printed_pdf(USUAL) == first
    assert printed_pdf(usual(number="INV-000128")) != first
    assert pdf(USUAL, CREATED_AT + timedelta(seconds=1)) != first
    assert printed_pdf(USUAL) == first


def test_many_threads_get_each_their_own() -> None:
    documents = [usual(number=f"INV-{n:06}") for n in range(24)]
    alone = [printed_pdf(document) for document in documents]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(printed_pdf, documents))
    assert together == alone
    assert len(set(alone)) == len(documents)


def test_a_long_invoice_loses_no_line_and_heads_every_page() -> None:
    printed = pages(LONG)
    last = len(printed)
    assert last > 10
    found = [line for page in printed for line in page if line.startswith("Item ")]
    assert found == [f"Item {n} of many {n} {n / 100:.2f}" for n in range(1, 501)]
    with_lines = [page for page in printed if any(line in found for line in page)]
    assert all("Description Quantity Amount EUR" in page for page in with_lines)
    for at, page in enumerate(printed, start=1):
        assert page[-1] == f"Invoice INV-000127 {at} / {last}"
    assert all(page[0] == "Invoice INV-000127 Northwind GmbH" for page in printed[1:])


@pytest.mark.parametrize("mark", ["VOID", "DRAFT"])
@pytest.mark.parametrize("lines", [USUAL.lines, MANY], ids=["one page", "many pages"])
def test_a_mark_lies_across_every_page(mark: Mark, lines: tuple[Line, ...]) -> None:
    document = usual(mark=mark, marked_on=date(2026, 11, 25), lines=lines)
    printed = pages(document)
    assert [page.count(mark) for page in printed] == [1] * len(printed)
    assert printed[0].count(f"{mark} · 25 November 2026") == 1
    assert is_archival(printed_pdf(document))


def test_no_mark_no_word_of_it() -> None:
    assert not {"VOID", "DRAFT"} & set(text(USUAL).split())


def test_a_credit_note_is_laid_out_from_what_little_it_has() -> None:
    note = Document(
        title="Credit note",
        number="CN-1",
        seller=Party(name="S"),
        buyer=Party(name="B"),
        currency="JPY",
        references=(("For invoice", "INV-1"),),
        lines=(Line(description="Training", amount_minor=3000),),
        sums=(("Total", 3000),),
    )
    assert text(note) == (
        "S Credit note CN-1 Billed to B For invoice INV-1 Description Amount JPY "
        "Training 3,000 Total ¥3,000 Credit note CN-1 1 / 1"
    )


def test_nothing_but_names_is_enough() -> None:
    empty = Document(title="", seller=Party(name=""), buyer=Party(name=""), currency="EUR")
    assert text(empty) == "Billed to Description Amount EUR 1 / 1"


MARKUP = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.1": canvas',
    "#sys.inputs #panic()",
    "$x^2$ *bold* _thin_ `raw` = Heading",
    '"quoted" \\u{41} \\ <label> @reference // nothing /* here */',
    "- item + item / term: x ~ -- --- ...",
    "https://example.com/pay?to=us",
    "</w> {{x}} %s {0} ${y}",
]


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_a_text_is_only_text(markup: str) -> None:
    assert f"{markup} 1.00" in text(described(markup))
    everywhere = usual(
        title=markup,
        number=markup,
        seller=Party(name=markup, address=(markup,), email=markup),
        buyer=Party(name=markup, tax_number=markup),
        references=((markup, markup),),
        lines=(Line(description=markup, amount_minor=1),),
        sums=((markup, 1),),
        notes=(markup,),
    )
    pages_of_it = reader(everywhere).pages
    assert "".join(text(everywhere).split()).count("".join(markup.split())) >= 10
    assert not any(page.annotations for page in pages_of_it), "a link is something that acts"


@pytest.mark.parametrize("name", ["שלום", "ไทย", "é\u0301\u0327", "\u200f"])
def test_a_name_that_no_font_has_leaves_the_rest_readable(name: str) -> None:
    document = usual(buyer=Party(name=name, address=("Street 1",)), notes=(name,))
    assert "Amount due €1,234,567.89" in text(document)
    assert fonts(document) <= EMBEDDED


NAMES = {
    "Latin": ("Łódź Åse Ģirts İpek", "LibertinusSerif"),
    "Greek": ("Ελληνικά Άννα", "LibertinusSerif"),
    "Cyrillic": ("Київ Ђорђе Ёлкин", "LibertinusSerif"),
    "Arabic": ("مؤسسة الخليج", "DejaVuSansMono"),
    "Simplified Chinese": ("上海软件有限公司", "NotoSansCJKsc"),
    "Japanese": ("株式会社やまだ", "NotoSansCJKjp"),
    "Korean": ("주식회사 한국", "NotoSansCJKkr"),
}


@pytest.mark.parametrize(("name", "font"), NAMES.values(), ids=NAMES)
def test_a_name_is_printed_without_boxes(name: str, font: str) -> None:
    """PDF/A forbids a character that no font has, so the claim proves that there is no box."""
    document = usual(buyer=Party(name=name))
    assert is_archival(printed_pdf(document))
    assert font in fonts(document)


@pytest.mark.parametrize("emoji", ["😀", "🚀 Rocket Ltd", "👩‍👧", "🇩🇪", "🧾", "🫠"])
def test_emoji_are_printed_without_boxes_and_credited(emoji: str) -> None:
    document = usual(buyer=Party(name=emoji))
    assert is_archival(printed_pdf(document))
    assert "OpenMoji" in described_as(document)
    assert "OpenMoji" not in described_as(USUAL)


def test_the_archival_standards_hold_wherever_there_are_letters_for_it() -> None:
    assert is_archival(printed_pdf(USUAL))
    assert is_archival(printed_pdf(LONG))
    assert is_archival(printed_pdf(described("Ελληνικά, Київ, Łódź, İstanbul, مؤسسة")))
    assert not is_archival(printed_pdf(described("ไทย")))


def test_every_currency_has_a_sign_that_can_be_printed() -> None:
    signs = " ".join(money(1, currency) for currency in sorted(CURRENCIES))
    document = usual(lines=(), notes=(signs,))
    assert is_archival(printed_pdf(document))
    assert " ".join(signs.split()) in text(document)


def test_an_endless_word_stays_in_its_column() -> None:
    word = "Wide" * 100
    (printed,) = pages(described(f"{word} end"))
    broken = [line.strip() for line in printed if line.startswith("Wide")]
    assert "".join(broken).startswith(word)
    assert max(len(line) for line in broken) < 90
    assert "1.00" in text(described(word)).split()


def test_the_widest_figures_leave_room_for_each_other() -> None:
    quantity = Decimal("12345678901234567890.12345678901234567891")
    price = Decimal("1E-20")
    line = Line(description="Calls", quantity=quantity, unit_price=price, amount_minor=10**15)
    said = text(usual(lines=(line,)))
    assert "12,345,678,901,234,567,890.12345678901234567891" in said.replace(" ", "")
    assert said.count("0.0000000000000000000001 10,000,000,000,000.00") == 1
