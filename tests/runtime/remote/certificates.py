"""A certificate authority of the test's own, and certificates by it."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path, address: str = "127.0.0.1", days: int = 1) -> tuple[str, tuple[str, str]]:
    """The authority as PEM text, and the files of a certificate for `address` and of its key."""
    authority, authority_key = _make("An authority", None, None, None, 1)
    name = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    server, key = _make("A server", authority, authority_key, name, days)
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(server.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.TraditionalOpenSSL
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return authority.public_bytes(serialization.Encoding.PEM).decode(), (str(paths[0]), str(paths[1]))


def _make(
    name: str,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    also: x509.SubjectAlternativeName | None,
    days: int,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=3))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if also:
        builder = builder.add_extension(also, critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key
