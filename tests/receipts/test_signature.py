"""The files: valid for who has the certificate, and not one byte may differ; set from data, never from markup."""

import io
import json
import os
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.receipts import actions, queries
from kefu.receipts.canonical import Unreadable, canonical, read
from kefu.receipts.fonts import MISSING, SHIPPED, character_ranges, font
from kefu.receipts.models import PaperFile, SigningKey
from kefu.receipts.printing import print_pdf
from kefu.receipts.queries import ALTERED, GENUINE, UNKNOWN, FileView, PaperView
from kefu.receipts.refusals import PrintingFailed
from kefu.receipts.signing import keys_now, open_json, sign_json
from kefu.wallet import actions as wallet

pytestmark = pytest.mark.django_db


def issued(town: Town, remark: str = "") -> tuple[Actor, PaperView]:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    quote = town.quote(lin, wang, 66_00, remark=remark)
    order = wallet.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    return lin, actions.issue_receipt(actor=lin, order_id=order.id, now=town.now)


def printed(town: Town, who: Actor, paper: PaperView) -> FileView:
    return actions.print_paper(actor=who, paper_id=paper.id, now=town.now)


def is_valid(pdf: bytes) -> bool:
    """What any validator with our certificate as its root says."""
    from asn1crypto import pem, x509

    roots = [
        x509.Certificate.load(pem.unarmor(row.certificate.encode())[2]) for row in SigningKey.objects.all()
    ]
    try:
        signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        with ThreadPoolExecutor(max_workers=1) as apart:  # the library's loop may not run in a browser test's
            found = apart.submit(validate_pdf_signature, signature, context).result()
    except RuntimeError:
        raise
    except Exception:  # whatever the library says of bytes that are no signed PDF any more
        return False
    return bool(found.bottom_line and found.coverage.name == "ENTIRE_FILE")


@pytest.mark.row("W-24")
def test_valid_as_issued_and_invalid_with_one_byte_flipped(town: Town) -> None:
    lin, paper = issued(town)
    pdf = printed(town, lin, paper).content
    assert is_valid(pdf)
    assert queries.check_upload(pdf).outcome == GENUINE
    chance = random.Random(7)
    signed_part = pdf.index(b"/Contents <")
    for place in [*chance.sample(range(len(pdf)), 150), 0, 9, len(pdf) - 1, signed_part + 200]:
        bent = bytearray(pdf)
        bent[place] ^= 1 << chance.randrange(8)
        assert queries.check_upload(bytes(bent)).outcome in (ALTERED, UNKNOWN), place
        if place > 5:
            assert queries.check_upload(bytes(bent)).outcome == ALTERED, place
    for place in chance.sample(range(20, signed_part), 12):
        bent = bytearray(pdf)
        bent[place] ^= 1
        assert not is_valid(bytes(bent)), place
    assert queries.check_upload(pdf + b"\n").outcome == ALTERED
    assert queries.check_upload(pdf[:-1]).outcome == ALTERED


@pytest.mark.pdfsig
@pytest.mark.row("W-24")
def test_pdfsig_calls_it_valid_and_one_flipped_byte_invalid_and_so_does_the_page(town: Town, tmp_path: Path) -> None:
    lin, paper = issued(town)
    pdf = printed(town, lin, paper).content
    said = pdfsig(pdf, tmp_path)
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    chance = random.Random(11)
    for place in chance.sample(range(20, pdf.index(b"/Contents <")), 12):
        bent = bytearray(pdf)
        bent[place] ^= 1
        assert "Signature is Valid" not in pdfsig(bytes(bent), tmp_path), place
        assert queries.check_upload(bytes(bent)).outcome == ALTERED, place


def pdfsig(pdf: bytes, folder: Path) -> str:
    """What Poppler says of the signature; nobody vouches for our certificate, so that is not asked."""
    file = folder / "judged.pdf"
    file.write_bytes(pdf)
    tool = os.environ.get("PDFSIG") or shutil.which("pdfsig")
    assert tool, "no pdfsig: ./kefu test installs it"
    done = subprocess.run([tool, "-nocert", file], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


@pytest.mark.row("W-24")
def test_every_single_flipped_byte_of_the_json_is_seen(town: Town) -> None:
    lin, paper = issued(town, remark="房租 #1")
    data = actions.export_paper(actor=lin, paper_id=paper.id, now=town.now).content
    assert queries.check_upload(data).outcome == GENUINE
    assert queries.check_upload(json.dumps(json.loads(data), indent=2).encode()).outcome == GENUINE, "only spaces"
    for place in range(len(data)):
        for bit in (0, 5):
            bent = bytearray(data)
            bent[place] ^= 1 << bit
            assert open_json(bytes(bent)) is None, (place, bit, bytes(bent[place - 9 : place + 9]))
    bent_amount = data.replace(b'"amount":6600', b'"amount":6601')
    assert queries.check_upload(bent_amount).outcome == ALTERED
    twice = data.replace(b'"amount":6600', b'"amount":9900,"amount":6600')
    assert queries.check_upload(twice).outcome == ALTERED


def test_what_another_key_signed_is_not_ours(town: Town, settings: Any) -> None:
    _lin, paper = issued(town)
    settings.KEFU_RECEIPT_KEY = b"somebody else's"
    forged = sign_json(paper.content, keys=keys_now())
    assert queries.check_upload(forged).outcome == ALTERED
    assert queries.check_upload(b'{"content":{"type":"kefu.receipt"},"signature":1}').outcome == ALTERED
    for strange in (b"", b"{}", b"[]", b"null", b'{"content":[]}', b"\xff\xfe", b"[" * 100_000, b"1" * 9_000):
        assert queries.check_upload(strange).outcome == UNKNOWN


def test_a_new_key_leaves_the_old_papers_true(town: Town, settings: Any) -> None:
    lin, paper = issued(town)
    old_pdf = printed(town, lin, paper)
    old_json = actions.export_paper(actor=lin, paper_id=paper.id, now=town.now)
    settings.KEFU_RECEIPT_KEY = b"the key of the next year"
    new_json = actions.export_paper(actor=lin, paper_id=paper.id, now=town.now)
    assert new_json.key_id != old_json.key_id == old_pdf.key_id
    assert {queries.check_upload(one.content).outcome for one in (old_pdf, old_json, new_json)} == {GENUINE}
    assert is_valid(old_pdf.content)
    assert {key["id"] for key in queries.public_keys()} == {old_json.key_id, new_json.key_id}


def test_a_lost_or_damaged_file_is_made_anew_and_both_stay_known(town: Town, tmp_path: Path) -> None:
    lin, paper = issued(town)
    first = printed(town, lin, paper)
    (kept,) = tmp_path.rglob("*.pdf")
    assert kept.stat().st_mode & 0o077 == 0
    kept.write_bytes(b"%PDF- damaged")
    second = printed(town, lin, paper)
    assert PaperFile.objects.count() == 2
    assert {queries.check_upload(one.content).outcome for one in (first, second)} == {GENUINE}


def test_the_same_content_prints_the_same_bytes(town: Town) -> None:
    _lin, paper = issued(town)
    assert print_pdf(paper.content, key_id="k") == print_pdf(paper.content, key_id="k")
    assert print_pdf(paper.content, key_id="k").count(b"/FontFile") >= 1, "fonts are embedded"


MARKUP = '#read("/etc/passwd") *粗* $x$ <a> \\ @b [c] `d` #(1+1) "q" //x /*y*/'


def test_what_people_wrote_is_never_markup(town: Town) -> None:
    import pikepdf

    lin, paper = issued(town, remark=MARKUP[:50])
    content = json.loads(json.dumps(paper.content))
    content["order"]["remark"] = content["holder"] = content["order"]["title"]["en"] = MARKUP
    with pikepdf.open(io.BytesIO(print_pdf(content, key_id="k"))) as pdf:
        assert len(pdf.pages) == 1
        assert [float(side) for side in pdf.pages[0].mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)
    assert is_valid(printed(town, lin, paper).content)


def test_missing_glyphs_become_boxes(town: Town) -> None:
    _lin, paper = issued(town)
    used = font()
    assert used.fit("林𠮷\u202e王\0🜁é") == f"林{MISSING}王{MISSING}é"
    content = json.loads(json.dumps(paper.content))
    content["order"]["remark"] = "𠮷野家 🜁"
    assert print_pdf(content, key_id="k").startswith(b"%PDF-")


def test_another_font_by_its_path(town: Town, settings: Any, tmp_path: Path) -> None:
    import shutil
    from importlib.util import find_spec

    _lin, paper = issued(town)
    spec = find_spec(SHIPPED[0])
    assert spec is not None and spec.origin is not None
    serif = Path(spec.origin).with_name("NotoSerifSC-Regular.otf")
    for path in (serif, Path(shutil.copy(serif, tmp_path)).parent):
        settings.FONT_PATH = str(path)
        assert font().family == "Noto Serif SC"
        assert font().draws("凭") and not font().draws("𠮷" if path == serif else "🜁")
        assert print_pdf(paper.content, key_id="k").startswith(b"%PDF-")
    settings.FONT_PATH = str(tmp_path / "none" / "x.otf")
    with pytest.raises(PrintingFailed):
        print_pdf(paper.content, key_id="k")


def test_ranges_of_the_short_form_of_a_font() -> None:
    segments = [(0x20, 0x7E), (0x4E00, 0x9FFF), (0xFFFF, 0xFFFF)]
    ends, starts = (b"".join(pair[n].to_bytes(2, "big") for pair in segments) for n in (1, 0))
    head = b"".join(n.to_bytes(2, "big") for n in (4, 0, 0, 6, 0, 0, 0))
    cmap = b"\0\0\0\1" + b"\0\3\0\1" + (12).to_bytes(4, "big") + head + ends + b"\0\0" + starts
    font_file = b"\0\1\0\0\0\1" + bytes(6) + b"cmap" + bytes(4) + (28).to_bytes(4, "big") + bytes(4) + cmap
    assert character_ranges(font_file) == segments[:2]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), plain))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_canonical_bytes_are_read_back_and_written_the_same(value: dict[str, Any]) -> None:
    data = canonical(value)
    assert read(data) == value
    assert canonical(read(data)) == data


@pytest.mark.parametrize("data", [b'{"a":1,"a":2}', b'{"a":1.5}', b'{"a":NaN}', b"[]", b"{", b'{"a":' * 2_000])
def test_what_we_would_not_write_is_not_read(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)
