"""The keys of the papers: P-256 with a certificate for PDF (what readers know), Ed25519 for JSON.

Both are derived from one secret, `KEFU_RECEIPT_KEY` (`secrets/receipt_key`). Another secret is another key: its
certificate is written down at its first use, and papers signed before keep theirs.
"""

import functools
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

from kefu.core.brand import brand
from kefu.receipts.canonical import Unreadable, canonical, read
from kefu.receipts.models import SigningKey

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CERTIFICATE_LASTS = timedelta(days=365 * 20)
ALGORITHM = "Ed25519"
# Room for the signature, in hex digits of the file: ours takes about 2,100 of them, and a larger one is refused by
# the library. Left to itself it signs once for the length and once for good, which costs a third of a receipt.
ROOM = 8_192


@dataclass(frozen=True)
class Keys:
    """The secret halves, and the id that stands on every paper: the first 16 hex digits of the public key's hash."""

    id: str
    pdf: ec.EllipticCurvePrivateKey
    json: Ed25519PrivateKey


def keys_now() -> Keys:
    """Those of the secret in force."""
    return _derived(bytes(settings.KEFU_RECEIPT_KEY))


@functools.lru_cache(maxsize=4)
def _derived(secret: bytes) -> Keys:
    def part(name: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length=length, salt=None, info=b"kefu receipts, " + name).derive(secret)

    json_key = Ed25519PrivateKey.from_private_bytes(part(b"ed25519, 1", 32))
    # 48 bytes modulo a 32 byte order: no bias that matters (FIPS 186-5, A.2.1).
    number = int.from_bytes(part(b"p-256, 1", 48), "big") % (P256_ORDER - 1) + 1
    public = json_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Keys(hashlib.sha256(public).hexdigest()[:16], ec.derive_private_key(number, ec.SECP256R1()), json_key)


def registered(keys: Keys, *, now: datetime) -> SigningKey:
    """The key's row. Two first users at once: one row stays, and both use it."""
    row = SigningKey.objects.filter(pk=keys.id).first()
    if row is None:
        public = keys.json.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        made = SigningKey(id=keys.id, certificate=certificate_of(keys, now), ed25519=public, since=now)
        SigningKey.objects.bulk_create([made], ignore_conflicts=True)
        row = SigningKey.objects.get(pk=keys.id)
    return row


def certificate_of(keys: Keys, now: datetime) -> str:
    """A self-signed certificate for the PDF key, as PEM."""
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, brand().company[:64]),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{brand().name_en[:40]} receipts {keys.id}"),
        ]
    )
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(keys.pdf.public_key())
        .serial_number(int(keys.id, 16) or 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + CERTIFICATE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(keys.pdf, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode("ascii")


def sign_pdf(pdf: bytes, *, row: SigningKey, keys: Keys, number: str) -> bytes:
    """`pdf` with a signature over all of it; an incremental update, so that what was printed stays as it was."""
    # Half a second to a second and a half to import: the pages that sign nothing do without.
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    certificate = x509.load_pem_x509_certificate(row.certificate.encode("ascii")).public_bytes(Encoding.DER)
    secret = keys.pdf.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(secret),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    about = signers.PdfSignatureMetadata(
        field_name="Seal", md_algorithm="sha256", reason=number, location=settings.KEFU_URL, name=brand().name_en
    )
    # The library runs a loop of its own, which it may not where one runs already: a thread has none.
    with ThreadPoolExecutor(max_workers=1) as apart:
        unsigned = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed = apart.submit(signers.sign_pdf, unsigned, about, signer=signer, bytes_reserved=ROOM)
        return bytes(signed.result().getvalue())


def sign_json(content: dict[str, Any], *, keys: Keys) -> bytes:
    """The content and, beside it, the signature over its canonical form."""
    signature = {"algorithm": ALGORITHM, "key": keys.id, "value": keys.json.sign(canonical(content)).hex()}
    return canonical({"content": content, "signature": signature})


def open_json(data: bytes) -> dict[str, Any] | None:
    """The content of a JSON that one of our keys signed; None for any other. Spaces between its parts are no change."""
    try:
        given = read(data)
        content, signature = given["content"], given["signature"]
        if set(given) != {"content", "signature"} or set(signature) != {"algorithm", "key", "value"}:
            return None
        row = SigningKey.objects.filter(pk=str(signature["key"])[:64].replace("\0", "")).first()
        value = bytes.fromhex(signature["value"])
        if row is None or signature["algorithm"] != ALGORITHM or value.hex() != signature["value"]:
            return None
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.ed25519)).verify(value, canonical(content))
    except (Unreadable, KeyError, TypeError, ValueError, RecursionError, InvalidSignature):
        return None
    return content if isinstance(content, dict) else None
