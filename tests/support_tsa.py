# SPDX-License-Identifier: AGPL-3.0-or-later
"""A timestamp authority on the loopback interface, for tests: `openssl ts -reply` behind HTTP.

`Authority` is the certificates and keys; `serve` puts it behind an address. What the server does
can be bent (`Behaviour`) into everything a server does wrong.
"""

from __future__ import annotations

import datetime as dt
import http.server
import shutil
import subprocess
import threading
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp
from attrs import define, field
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")

REPLY = "application/timestamp-reply"

_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

_CONFIG = """\
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/leaf.pem
certs = {folder}/chain.pem
signer_key = {folder}/leaf.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1.1
digests = {digests}
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each in names for each in _USES})


def issue(
    subject: str,
    key: Any,
    *,
    issuer: str | None = None,
    issuer_key: Any = None,
    ca: bool = False,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    days: tuple[int, int] = (-1, 900),
    signed_with: hashes.HashAlgorithm | None = None,
) -> x509.Certificate:
    """Issue a certificate, from *days* before to after today; without *issuer*, a self-signed one."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer or subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key or key, signed_with or hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def plain_pem(key: Any) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Authority:
    """Root, intermediate and leaf of a timestamp authority, and the folder that openssl needs."""

    def __init__(
        self,
        folder: Path,
        *,
        root_name: str = "Test Timestamp Root With A Name Long Enough To Sort",
        leaf_name: str = "TSA",
        digests: str = "sha256,sha384,sha512",
        ess: str = "sha256",
        days: tuple[int, int] = (-1, 900),
        leaf_usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    ) -> None:
        self.folder = folder
        folder.mkdir()
        root_key, middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in "123")
        issuing = ((usage("key_cert_sign", "crl_sign"), True),)
        self.root = issue(root_name, root_key, ca=True, extensions=issuing, days=days)
        self.middle = issue(
            "ICA",
            middle_key,
            issuer=root_name,
            issuer_key=root_key,
            ca=True,
            extensions=issuing,
            days=days,
        )
        self.leaf = issue(
            leaf_name,
            leaf_key,
            issuer="ICA",
            issuer_key=middle_key,
            extensions=(
                (usage("digital_signature"), True),
                (x509.ExtendedKeyUsage(leaf_usage), True),
            ),
            days=days,
        )
        self.root_path = folder / "root.pem"
        self.root_path.write_bytes(pem(self.root))
        (folder / "leaf.pem").write_bytes(pem(self.leaf))
        (folder / "chain.pem").write_bytes(pem(self.middle))
        (folder / "leaf.key").write_bytes(plain_pem(leaf_key))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, digests=digests, ess=ess))
        self._lock = threading.Lock()

    def reply(self, query: bytes, *, token_only: bool = False) -> bytes:
        """Answer a request as openssl does; serialised, because of the file of serial numbers."""
        with self._lock:
            (self.folder / "query").write_bytes(query)
            out = self.folder / "reply"
            subprocess.run(
                [
                    "openssl",
                    "ts",
                    "-reply",
                    "-config",
                    self.folder / "tsa.cnf",
                    "-section",
                    "tsa1",
                    "-queryfile",
                    self.folder / "query",
                    "-out",
                    out,
                    *(["-token_out"] if token_only else []),
                ],
                check=True,
                capture_output=True,
            )
            return out.read_bytes()


def foreign_reply(
    query: bytes,
    *,
    days: tuple[int, int] = (-1, 900),
    uses: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    **options: Any,
) -> tuple[bytes, x509.Certificate]:
    """Have pyHanko answer a request, with RSA and at any time; return the answer and its root."""
    root_key, key = (rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in "12")
    issuing = ((usage("key_cert_sign"), True),)
    root = issue("Foreign Root", root_key, ca=True, extensions=issuing, days=days)
    leaf = issue(
        "Foreign TSA",
        key,
        issuer="Foreign Root",
        issuer_key=root_key,
        extensions=((usage("digital_signature"), True), (x509.ExtendedKeyUsage(uses), critical)),
        days=days,
    )
    request = tsp.TimeStampReq.load(query)
    return pyhanko_stamper(leaf, key, **options).request_tsa_response(request).dump(), root


def pyhanko_stamper(
    leaf: x509.Certificate,
    key: rsa.RSAPrivateKey,
    *,
    at: dt.datetime | None = None,
    override_md: str | None = None,
) -> Any:
    """Return pyHanko's authority for tests, at a time of one's choice."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.timestamps import DummyTimeStamper

    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(leaf.public_bytes(Encoding.DER)),
        tsa_key=asn1_keys.PrivateKeyInfo.load(secret),
        fixed_dt=at or dt.datetime.now(dt.UTC).replace(microsecond=0),
        override_md=override_md,
    )


class Behaviour(StrEnum):
    """What the server does."""

    HONEST = "honest"
    WEB_PAGE = "answers with a web page"
    NONSENSE = "answers nonsense under the right type"
    EMPTY = "answers nothing under the right type"
    NOT_HTTP = "does not speak HTTP"
    HANGS = "never answers"
    DRIPS = "answers a byte at a time"
    BREAKS_OFF = "breaks off in the middle"
    HUGE = "never stops answering"
    ERROR = "answers with an error"
    NO_CONTENT = "answers with another success"
    REDIRECTS = "sends on to another address"
    BARE_TOKEN = "answers with a bare token"  # noqa: S105 - of time
    OTHER_BYTES = "stamps other bytes"
    OTHER_NONCE = "answers another request for these bytes"
    TRAILING = "adds bytes after its answer"


@define
class Server:
    """A running server: its address, what it does next, and the bodies it was sent."""

    url: str
    behaviour: Behaviour = Behaviour.HONEST
    queries: list[bytes] = field(factory=list)
    elsewhere: list[str] = field(factory=list)
    closing: threading.Event = field(factory=threading.Event)


@contextmanager
def serve(authority: Authority) -> Iterator[Server]:
    """Serve *authority* on a free port of the loopback interface."""
    server = Server("")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            server.elsewhere.append(self.path)
            self.send_error(404)

        def do_POST(self) -> None:
            if self.path != "/tsa":
                server.elsewhere.append(self.path)
            query = self.rfile.read(int(self.headers["Content-Length"]))
            server.queries.append(query)
            self.close_connection = True
            _behave(self, server, authority, query)

        def answer(self, body: bytes, *, kind: str = REPLY, length: int | None = None) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server.url = f"http://127.0.0.1:{listener.server_address[1]}/tsa"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown()
        thread.join()
        listener.server_close()


def _behave(handler: Any, server: Server, authority: Authority, query: bytes) -> None:
    """Answer from a table of bodies, or in one of the ways that are more than a body."""
    special = {
        Behaviour.NOT_HTTP: lambda: handler.wfile.write(b"220 mail.example ESMTP\r\n"),
        Behaviour.HANGS: lambda: server.closing.wait(60),
        Behaviour.DRIPS: lambda: _drip(handler, server),
        Behaviour.HUGE: lambda: _flood(handler),
        Behaviour.ERROR: lambda: handler.send_error(503),
        Behaviour.NO_CONTENT: lambda: _bare(handler, 204),
        Behaviour.REDIRECTS: lambda: _bare(handler, 307),
    }
    if server.behaviour in special:
        special[server.behaviour]()
        return
    length, kind = None, REPLY
    match server.behaviour:
        case Behaviour.WEB_PAGE:
            body, kind = b"<!doctype html><title>Welcome</title>", "text/html"
        case Behaviour.NONSENSE:
            body = b"0\x82\x01\x00 this is no timestamp"
        case Behaviour.EMPTY:
            body = b""
        case Behaviour.BARE_TOKEN:
            body = authority.reply(query, token_only=True)
        case Behaviour.OTHER_BYTES | Behaviour.OTHER_NONCE:
            body = authority.reply(_bent(query, server.behaviour))
        case Behaviour.TRAILING:
            body = authority.reply(query) + b"\0"
        case Behaviour.BREAKS_OFF:
            whole = authority.reply(query)
            body, length = whole[: len(whole) // 2], len(whole)
        case _:
            body = authority.reply(query)
    handler.answer(body, kind=kind, length=length)


def _bare(handler: Any, code: int) -> None:
    handler.send_response(code)
    if code == 307:
        handler.send_header("Location", "/elsewhere")
        handler.send_header("Content-Length", "0")
    handler.end_headers()


def _bent(query: bytes, behaviour: Behaviour) -> bytes:
    """Return the query with another digest, or another nonce."""
    request = tsp.TimeStampReq.load(query)
    if behaviour is Behaviour.OTHER_BYTES:
        request["message_imprint"]["hashed_message"] = bytes(32)
    else:
        request["nonce"] = request["nonce"].native ^ 1
    return request.dump(force=True)


def _drip(handler: Any, server: Server) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", REPLY)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        while not server.closing.wait(0.05):
            handler.wfile.write(b"\0")
            handler.wfile.flush()
    except OSError:
        return  # the other side has had enough


def _flood(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", REPLY)
    handler.end_headers()
    try:
        for _ in range(64):
            handler.wfile.write(bytes(65_536))
    except OSError:
        return  # the other side has had enough
