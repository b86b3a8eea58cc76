"""The certificate that signs Content Credentials: the operator's own, or one made here.

The one made here lies in ``VAR/c2pa``: a key, a certificate, and the certificate of its issuer. The
issuer's own key is thrown away as soon as it has signed, so that nobody can issue another.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from webstyle.engine.credentials import SOFTWARE, Certificate, SigningError, Trust

CHAIN, KEY = "certificate.pem", "key.pem"
VALID = timedelta(days=20 * 365)  # without time stamps, a signature is no good afterwards
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
          "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
          "decipher_only")  # fmt: skip


def certificate() -> Certificate:
    """Raises SigningError when the operator's own cannot be read."""
    if not settings.C2PA_CERTIFICATE:
        return made_here()
    return given(Path(settings.C2PA_CERTIFICATE), Path(settings.C2PA_KEY))


def given(chain: Path, key: Path) -> Certificate:
    try:
        return Certificate(chain.read_text(), key.read_text())
    except OSError as error:
        raise SigningError(f"{error.filename} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SigningError(f"{chain} or {key} is no PEM file: convert it") from None


def folder() -> Path:
    return Path(settings.VAR) / "c2pa"


def made_here() -> Certificate:
    """As it was made once; made now if it is missing. Several processes may come here at once: each
    makes a folder, the first to give it its name has made it for all."""
    if not (folder() / CHAIN).exists():
        with tempfile.TemporaryDirectory(dir=settings.VAR, prefix="c2pa-") as new:
            write(Path(new) / "made", make())
            try:
                (Path(new) / "made").rename(folder())
            except OSError:
                if not (folder() / CHAIN).exists():
                    raise
    return given(folder() / CHAIN, folder() / KEY)


def fault() -> str:
    """Why nothing can be signed, with the remedy; empty when it can. Makes no certificate."""
    if not settings.PROVENANCE:
        return ""
    if bool(settings.C2PA_CERTIFICATE) != bool(settings.C2PA_KEY):
        return "only one of C2PA_CERTIFICATE and C2PA_KEY is set: set both, or none"
    if not (settings.C2PA_CERTIFICATE or (folder() / CHAIN).exists()):
        return ""  # it is made when it is needed
    try:
        return certificate().fault()
    except SigningError as error:
        return f"{error}: check the path and who may read it"


def trust() -> Trust:
    """The certificate in use, and the one that was made here, if it ever was. One that cannot be
    read is nobody's: the checks tell the operator."""
    named = [Path(settings.C2PA_CERTIFICATE)] if settings.C2PA_CERTIFICATE else []
    chains = []
    for path in (*named, folder() / CHAIN):
        with contextlib.suppress(OSError, ValueError):
            chain = path.read_text()
            Trust.in_chains([chain])
            chains.append(chain)
    return Trust.in_chains(chains)


def write(place: Path, made: Certificate) -> None:
    place.mkdir(mode=0o700)
    for name, text in ((CHAIN, made.chain), (KEY, made.key)):
        with open(os.open(place / name, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(text)


def replace() -> None:
    """Away with the one made here: the next is new, and what the old one signed is a stranger's."""
    shutil.rmtree(folder(), ignore_errors=True)


def make() -> Certificate:
    issuer_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer_name, name = called("Local issuer"), called("Content Credentials")
    now = datetime.now(UTC)
    issuer = (
        begun(issuer_name, issuer_name, issuer_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage("key_cert_sign"), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    leaf = (
        begun(name, issuer_name, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage("digital_signature"), critical=True)
        # One of those that C2PA accepts (specification 2.x, 14.5.1).
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(of_issuer, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, issuer))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(chain.decode(), secret.decode())


def called(what: str) -> x509.Name:
    """Neither the machine nor anybody on it is named."""
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, SOFTWARE),
        x509.NameAttribute(NameOID.COMMON_NAME, what),
    ])  # fmt: skip


def begun(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def usage(only: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name == only for name in USAGES})
