"""A clinic's own certificates: an authority that phones install, and the server's certificate, which it signed.

The authority can vouch for the names it was made for and for no others (RFC 5280, 4.2.1.10), so that a phone that
trusts it trusts no more than this server.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from biofeedback.errors import InputError
from biofeedback.ownership import hand_over

__all__ = ["Authority", "Certificates", "Validity", "names_of", "validity_of"]

AUTHORITY_VALID = timedelta(days=3650)
SERVER_VALID = timedelta(days=800)  # iOS takes no more than 825 of an authority that a person installed
RENEW = timedelta(days=400)  # a server that starts with less left gets a new one: it may then run for a year
EARLIER = timedelta(days=1)  # a phone's clock may be behind
OWN_NAMES = ("localhost", "127.0.0.1", "::1")

_Key = ec.EllipticCurvePrivateKey
_BRING_BACK = "bring back a copy of it, or remove its folder and make a new one, which every phone has to install again"


@dataclass(frozen=True, slots=True)
class Authority:
    """What a phone installs, and by what a person recognises it."""

    path: Path
    fingerprint: str  # SHA-256, in pairs of hexadecimal digits
    expires_utc: datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is good."""

    start_utc: datetime
    end_utc: datetime


class Certificates:
    """Certificates of a data folder; keys are for their owner only.

    Parameters
    ----------
    data : Path
        The server's data folder.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._folder = data / "tls"
        self.authority = self._folder / "authority.crt"
        self.server = self._folder / "server.pem"  # with its key: the two are replaced in one go
        self._authority_key = self._folder / "authority.key"

    def make(self, names: list[str], now_utc: datetime) -> Authority:
        """Certificate of a server of these names and addresses; by the authority that is there, or a new one.

        Raises
        ------
        InputError
            If that is no name, the authority may not vouch for it, or a file cannot be used.
        """
        chosen = list(dict.fromkeys([*(_name(name) for name in names), *map(_name, OWN_NAMES)]))
        try:
            for folder in (self._data, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            hand_over(self._folder)
            if not self.authority.exists():
                self._make_authority(chosen, now_utc)
            self._make_server(chosen, now_utc)
        except OSError as error:
            raise InputError(f"{self._folder}: {(error.strerror or str(error)).lower()}") from error
        return self.said()

    def renew(self, now_utc: datetime) -> None:
        """A server's certificate that is good for less than a year, anew; nothing where there is none."""
        if self.server.exists() and self._authority_key.exists():
            old = _load(self.server)
            if old.not_valid_after_utc - now_utc < RENEW:
                self._make_server(_names(old), now_utc)

    def said(self) -> Authority:
        """What a person is told of the authority."""
        found = _load(self.authority)
        return Authority(self.authority, found.fingerprint(hashes.SHA256()).hex(":").upper(), found.not_valid_after_utc)

    def _make_authority(self, names: list[x509.GeneralName], now_utc: datetime) -> None:
        """The authority, for these names alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"biofeedback {now_utc:%Y-%m-%d}")])
        certificate = (
            _builder(subject, subject, key, now_utc, AUTHORITY_VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.NameConstraints([_subtree(name) for name in names], None), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self._authority_key, _encoded(key))
        _write(self.authority, certificate.public_bytes(Encoding.PEM))

    def _make_server(self, names: list[x509.GeneralName], now_utc: datetime) -> None:
        """The server's certificate, with a new key."""
        authority, authority_key = _load(self.authority), _load_key(self._authority_key)
        self._check(authority, names)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "biofeedback")])
        certificate = (
            _builder(subject, authority.subject, key, now_utc, SERVER_VALID)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )
        _write(self.server, _encoded(key) + certificate.public_bytes(Encoding.PEM))

    def _check(self, authority: x509.Certificate, names: list[x509.GeneralName]) -> None:
        """Refuse names that the authority was not made for."""
        allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
        foreign = [str(name.value) for name in names if _subtree(name) not in allowed]
        if foreign:
            raise InputError(
                f"the authority in {self._folder} was not made for {', '.join(foreign)}; remove that folder to make a "
                "new one, which every phone then has to install again"
            )


def names_of(certificate: Path) -> tuple[str, ...]:
    """Names and addresses that a server's certificate is for, in its order: the first is what it was made for.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    return tuple(str(name.value).lower() for name in _names(_load(certificate)))


def validity_of(certificate: Path) -> Validity:
    """From when until when a server's certificate is good.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    found = _load(certificate)
    return Validity(found.not_valid_before_utc, found.not_valid_after_utc)


def _name(text: str) -> x509.GeneralName:
    """A name or address as certificates have it."""
    try:
        return x509.IPAddress(ip_address(text.strip("[]")))
    except ValueError:
        pass
    name = text.lower().rstrip(".")
    labels = name.split(".")
    is_number = labels[-1].isdigit()  # as in 192.168.1.300: no name ends so
    if is_number or not all(
        label and len(label) < 64 and label.isascii() and label.replace("-", "").isalnum() for label in labels
    ):
        raise InputError(f"{text!r} is no name or address of a server, for example clinic.local or 192.168.1.20")
    return x509.DNSName(name)


def _subtree(name: x509.GeneralName) -> x509.GeneralName:
    """The name alone, as something to be constrained to."""
    return x509.IPAddress(ip_network(name.value)) if isinstance(name, x509.IPAddress) else name


def _names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    """Names and addresses of a certificate."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _builder(
    subject: x509.Name, issuer: x509.Name, key: _Key, now_utc: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    """A certificate that has still to be said what it is for."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now_utc - EARLIER)
        .not_valid_after(now_utc + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    """What a key is for: to sign certificates, or to show who a server is."""
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _encoded(key: _Key) -> bytes:
    """A key as its file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(path: Path) -> x509.Certificate:
    """Certificate of a file; of several, the first."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()})") from error
    except ValueError as error:
        raise InputError(f"{path}: this is no certificate in PEM form") from error


def _load_key(path: Path) -> _Key:
    """Key of a file, as it was made here."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({(error.strerror or str(error)).lower()}); {_BRING_BACK}") from error
    except (ValueError, TypeError) as error:  # damaged, or sealed with a passphrase
        raise InputError(f"{path}: this is no key as it was made here; {_BRING_BACK}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputError(f"{path}: this is no key as it was made here; {_BRING_BACK}")
    return key


def _write(path: Path, content: bytes) -> None:
    """Write a file, for its owner only, whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(new, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    hand_over(new)
    new.replace(path)
