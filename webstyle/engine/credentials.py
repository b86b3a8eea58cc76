"""Content Credentials: a signed note in a picture's file that says how it was made (C2PA 2.x).

Signing and reading are c2pa-python's. Nothing here asks the network: no time stamp, no revocation
list, no manifest that lies elsewhere.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from webstyle.engine.events import EngineError
from webstyle.engine.images import ENCODINGS

# IPTC's word for a photograph that a trained model has changed: what is to be seen is the
# photographer's still, how it is painted the network's. "trainedAlgorithmicMedia" would deny the
# photograph; "algorithmicMedia" and "algorithmicallyEnhanced" would deny the training.
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
SYNTHETIC = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia",
             "compositeSynthetic")  # fmt: skip
SOFTWARE = "webstyle"
QUIET: dict[str, Any] = {
    "verify": {
        "verify_after_sign": False, "verify_trust": True,
        "remote_manifest_fetch": False, "ocsp_fetch": False,
    },
    "builder": {"thumbnail": {"enabled": False}},
}  # fmt: skip
READABLE = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp",
            "AVIF": "image/avif", "HEIF": "image/heif"}  # fmt: skip
EXPIRED = "signingCredential.expired"
UNKNOWN = "signingCredential.untrusted"  # that we do not know the signer says nothing of the file
LONGEST = 120  # characters of what a stranger's file says
MOST_STYLES = 12


class SigningError(EngineError):
    """Told to the operator: in the log, by a check, on the command line; never to a visitor."""


@dataclass(frozen=True)
class Certificate:
    """``chain``: PEM, the certificate that signs first. ``key``: PEM, its private key."""

    chain: str
    key: str

    def algorithm(self) -> str:
        """As C2PA calls it. Raises SigningError for a key that cannot sign."""
        try:
            key = load_pem_private_key(self.key.encode(), None)
        except (ValueError, TypeError):
            raise SigningError(
                "the key for Content Credentials cannot be read: use PEM, without a password"
            ) from None
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return "ed25519"
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
            return "ps256"
        if isinstance(key, ec.EllipticCurvePrivateKey):
            of_curve = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
            if name := of_curve.get(key.curve.name):
                return name
        raise SigningError(
            "the key for Content Credentials is of a kind that C2PA does not know: use EC P-256"
        )

    def fault(self, now: datetime | None = None) -> str:
        """Why it cannot sign, with the remedy; empty when it can."""
        try:
            leaf, *issuers = x509.load_pem_x509_certificates(self.chain.encode())
        except ValueError:
            return "the certificate for Content Credentials cannot be read: use PEM"
        if not issuers:
            return "the certificate's file has no issuer in it: add the issuer's behind it"
        try:
            self.algorithm()
        except SigningError as error:
            return str(error)
        if load_pem_private_key(self.key.encode(), None).public_key() != leaf.public_key():
            return "the key does not fit the certificate: name the two that belong together"
        now = now or datetime.now(UTC)
        if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
            until = f"{leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
            return f"the certificate is valid from {until}: get a new one, or set the clock"
        return ""


@dataclass(frozen=True)
class Trust:
    """Whose signatures are ours. ``anchors``: PEM of those who issued our certificates; a serial
    number names one among all of its issuer's."""

    anchors: str
    serials: tuple[str, ...]

    @classmethod
    def in_chains(cls, chains: list[str]) -> Trust:
        read = [x509.load_pem_x509_certificates(chain.encode()) for chain in chains]
        issuers = [issuer for _, *rest in read for issuer in rest]
        anchors = b"".join(issuer.public_bytes(Encoding.PEM) for issuer in issuers)
        return cls(anchors.decode(), tuple(str(leaf.serial_number) for leaf, *_ in read))


@dataclass(frozen=True)
class Claims:
    """What is said of a picture. ``styles``: title and artist of each."""

    engine: str
    engine_title: str
    styles: tuple[tuple[str, str], ...]
    made: datetime
    marked: bool  # in its pixels too: see watermark.py

    def manifest(self) -> dict[str, Any]:
        named = " + ".join(title for title, _ in self.styles)
        when = self.made.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        created = {
            "action": "c2pa.created",
            "when": when,
            "digitalSourceType": SOURCE,
            "softwareAgent": {"name": SOFTWARE},
            "description": f"A photograph, painted by a neural network in the style of {named}",
            "parameters": {
                "webstyle.engine": {"name": self.engine, "title": self.engine_title},
                "webstyle.styles": [
                    {"title": title, "artist": artist} for title, artist in self.styles
                ],
            },
        }
        # Unbound: it names the picture to the site, and is no way to find this manifest.
        marked = [{"action": "c2pa.watermarked.unbound", "when": when}] if self.marked else []
        actions = {"actions": [created, *marked]}
        return {
            "claim_generator_info": [{"name": SOFTWARE}],
            "title": named[:LONGEST],
            "assertions": [{"label": "c2pa.actions.v2", "data": actions, "created": True}],
        }


def signed(data: bytes, kind: str, claims: Claims, certificate: Certificate) -> bytes:
    """An encoded picture (``kind``: jpg, png or webp) with the note in it; one that was there
    before is replaced. Some 3 KB and 2 ms. Raises SigningError when it cannot be signed."""
    import c2pa

    info = c2pa.C2paSignerInfo(
        certificate.algorithm(), certificate.chain.encode(), certificate.key.encode(), None
    )
    out = io.BytesIO()
    try:
        with (
            c2pa.Settings.from_dict(QUIET) as settings,
            c2pa.Context(settings=settings, signer=c2pa.Signer.from_info(info)) as context,
            c2pa.Builder(json.dumps(claims.manifest()), context=context) as builder,
        ):
            builder.sign(ENCODINGS[kind], io.BytesIO(data), out)
    except c2pa.C2paError as error:
        raise SigningError(
            f"Content Credentials cannot be signed ({error}): check certificate and key"
        ) from error
    return out.getvalue()


def read(path: Path, kind: str, trust: Trust) -> dict[str, Any] | None:
    """What the file ``path`` says of itself; None when it says nothing. ``kind`` is Pillow's name
    of its format. For strangers' files: call it in a process of its own."""
    import c2pa

    if kind not in READABLE:
        return None
    anchors = {"trust": {"user_anchors": trust.anchors}} if trust.anchors else {}
    try:
        with (
            c2pa.Context.from_dict(QUIET | anchors) as context,
            path.open("rb") as file,
            c2pa.Reader(READABLE[kind], file, context=context) as reader,
        ):
            active = reader.get_active_manifest() or {}
            serial = (active.get("signature_info") or {}).get("cert_serial_number")
            known = reader.get_validation_state() == "Trusted" and serial in trust.serials
            return {
                "ours": known,
                **standing(reader.get_validation_state(), reader.get_validation_results()),
                **signer(active),
                **told(active),
            }
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError:
        return {"intact": False, "ours": False, "expired": False, "issuer": "", **told({})}


def standing(state: str | None, results: dict[str, Any] | None) -> dict[str, bool]:
    found = ((results or {}).get("activeManifest") or {}).get("failure") or []
    codes = {failure.get("code") for failure in found} - {UNKNOWN}
    return {
        "expired": EXPIRED in codes,
        "intact": state in ("Trusted", "Valid") or codes == {EXPIRED},
    }


def signer(manifest: dict[str, Any]) -> dict[str, str]:
    about = manifest.get("signature_info") or {}
    names = {short(about.get("issuer")): None, short(about.get("common_name")): None}
    return {"issuer": ", ".join(filter(None, names))}


def told(manifest: dict[str, Any]) -> dict[str, Any]:
    """The claims, as far as they have the shape that they should have: they may say anything."""
    actions = [
        action
        for assertion in listed(manifest.get("assertions"))
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in listed((assertion.get("data") or {}).get("actions"))
    ]
    first = actions[0] if actions else {}
    params = first.get("parameters")
    params = params if isinstance(params, dict) else {}
    engine = params.get("webstyle.engine")
    sources = {str(action.get("digitalSourceType", "")).rpartition("/")[2] for action in actions}
    return {
        "software": software(manifest, first),
        "engine": short(engine.get("title")) if isinstance(engine, dict) else "",
        "styles": [
            {"title": short(style.get("title")), "artist": short(style.get("artist"))}
            for style in listed(params.get("webstyle.styles"))[:MOST_STYLES]
        ],
        "when": short(first.get("when")),
        "synthetic": bool(sources & set(SYNTHETIC)),
    }


def software(manifest: dict[str, Any], action: dict[str, Any]) -> str:
    agent = action.get("softwareAgent")
    if isinstance(agent, dict):
        agent = agent.get("name")
    generators = listed(manifest.get("claim_generator_info"))
    return short(agent) or short(generators[0].get("name") if generators else "")


def listed(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def short(value: Any) -> str:
    return "".join(filter(str.isprintable, value))[:LONGEST] if isinstance(value, str) else ""
