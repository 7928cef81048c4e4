# SPDX-License-Identifier: AGPL-3.0-or-later
"""A timestamp is asked for, and only what is one of these very bytes is taken for one."""

from __future__ import annotations

import datetime as dt
import hashlib
import pickle
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from support_tsa import (
    Authority,
    Behaviour,
    Server,
    foreign_reply,
    issue,
    needs_openssl,
    pem,
    pyhanko_stamper,
    serve,
    usage,
)

from evidencekit.custody import timestamp as timestamp_module
from evidencekit.custody.signed_data import DoesNotFit, WrongForm
from evidencekit.custody.timestamp import post, stamp
from evidencekit.custody.timestamp_check import (
    check_chain,
    make_request,
    read_timestamp,
    token_of,
)
from evidencekit.errors import DependencyMissing, TimestampFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_openssl

DATA = b"the signature of a package\n"
SECONDS = 10


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority with the very names of the other."""
    return Authority(tmp_path_factory.mktemp("tsa") / "b")


@pytest.fixture
def server(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve(authority) as running:
        yield running


def reply(authority: Authority, data: bytes = DATA, *, nonce: int = 7, certs: bool = True) -> bytes:
    request = make_request("sha256", hashlib.sha256(data).digest(), nonce=nonce)
    if not certs:
        parsed = tsp.TimeStampReq.load(request)
        parsed["cert_req"] = False
        request = parsed.dump(force=True)
    return authority.reply(request)


def bent(response: bytes, change: Any) -> bytes:
    """Return the response with its parsed form changed."""
    parsed = tsp.TimeStampResp.load(response)
    change(parsed)
    return parsed.dump(force=True)


def test_a_timestamp_says_the_time_of_these_bytes(server: Server, authority: Authority) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    got = stamp(DATA, url=server.url, roots=(authority.root,), seconds=SECONDS)
    assert before <= got.timestamp.at <= dt.datetime.now(dt.UTC)
    assert got.timestamp.accuracy_ms == 1000
    assert server.queries == [got.request]
    assert server.elsewhere == []


def test_openssl_accepts_what_was_stored(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    got = stamp(DATA, url=server.url, seconds=SECONDS)
    for name, data in (("data", DATA), ("tsq", got.request), ("tsr", got.response)):
        (tmp_path / name).write_bytes(data)
    for what in (["-data", "data"], ["-queryfile", "tsq"]):
        command = ["openssl", "ts", "-verify", *what, "-in", "tsr", "-CAfile", authority.root_path]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert b"Verification: OK" in done.stdout
    query = ["openssl", "ts", "-query", "-in", "tsq", "-text"]
    said = subprocess.run(query, cwd=tmp_path, capture_output=True, check=True).stdout
    assert b"Certificate required: yes" in said


def test_two_requests_differ(server: Server) -> None:
    first, second = (stamp(DATA, url=server.url, seconds=SECONDS) for _ in "12")
    assert first.request != second.request


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour.WEB_PAGE, "sent text/html and not application/timestamp-reply"),
        (Behaviour.NONSENSE, "is not a whole answer of a timestamp server"),
        (Behaviour.EMPTY, "is not a whole answer of a timestamp server"),
        (Behaviour.NOT_HTTP, "sent what is not an answer in HTTP"),
        (Behaviour.BREAKS_OFF, "broke off in the middle"),
        (Behaviour.HUGE, "sent more than any timestamp has"),
        (Behaviour.ERROR, "answered with HTTP 503"),
        (Behaviour.NO_CONTENT, "answered with HTTP 204"),
        (Behaviour.REDIRECTS, "sends on to another address"),
        (Behaviour.BARE_TOKEN, "is not a whole answer of a timestamp server"),
        (Behaviour.OTHER_BYTES, "is of other bytes"),
        (Behaviour.OTHER_NONCE, "does not answer the request"),
        (Behaviour.TRAILING, "is not a whole answer of a timestamp server"),
    ],
    ids=lambda each: each.value if isinstance(each, Behaviour) else "",
)
def test_what_a_server_does_wrong_is_said(
    server: Server, behaviour: Behaviour, reason: str
) -> None:
    server.behaviour = behaviour
    with pytest.raises(TimestampFailed, match=reason) as caught:
        stamp(DATA, url=server.url, seconds=SECONDS)
    assert caught.value.path == server.url[len("http://") : -len("/tsa")]
    assert str(caught.value).endswith("Nothing was signed.")
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value  # noqa: S301
    assert server.elsewhere == []


@pytest.mark.parametrize("behaviour", [Behaviour.HANGS, Behaviour.DRIPS])
def test_a_server_that_never_ends_its_answer_is_left(server: Server, behaviour: Behaviour) -> None:
    server.behaviour = behaviour
    with pytest.raises(TimestampFailed, match=r"did not answer in 0\.3 seconds"):
        stamp(DATA, url=server.url, seconds=0.3)


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(TimestampFailed, match="could not be reached"):
            stamp(DATA, url=f"http://127.0.0.1:{port}/", seconds=SECONDS)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "ftp://tsa.example/",
        "tsa.example",
        "http://",
        "http://[::1/",
        "http://tsa.example:port/",
        "http://tsa.example/é",
        "http://user:secret@tsa.example/",
        "http://tsa.example/ HTTP/1.1",
        "http://tsa.example/\r\nHost: x",
    ],
)
def test_only_the_plain_address_of_a_server_is_one(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(TimestampFailed) as caught:
        post(b"query", url=url)
    assert "secret" not in str(caught.value)


def test_an_error_does_not_repeat_what_an_address_holds_after_its_host(server: Server) -> None:
    server.behaviour = Behaviour.ERROR
    with pytest.raises(TimestampFailed) as caught:
        stamp(DATA, url=f"{server.url}?token=secret", seconds=SECONDS)
    assert "secret" not in str(caught.value)


def test_a_request_that_the_authority_rejects_is_said_with_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with (
        serve(Authority(tmp_path / "tsa", digests="sha512")) as server,
        pytest.raises(TimestampFailed, match=r"was not granted \(status 2: Message digest"),
    ):
        stamp(DATA, url=server.url, seconds=SECONDS)


def test_an_authority_under_another_root_of_the_same_name_is_refused(
    server: Server, stranger: Authority
) -> None:
    with pytest.raises(TimestampFailed, match="under the roots given"):
        stamp(DATA, url=server.url, roots=(stranger.root,), seconds=SECONDS)


def test_what_a_token_holds_brings_no_trust_with_it(
    authority: Authority, stranger: Authority
) -> None:
    response = reply(authority)
    found = read_timestamp(response, of=DATA)
    with pytest.raises(DoesNotFit):
        check_chain(response, found, roots=(stranger.root,))
    with pytest.raises(DoesNotFit):
        check_chain(response, found, roots=(stranger.root, authority.middle))
    check_chain(response, found, roots=(authority.root, authority.middle, authority.root))


def test_certificates_in_an_order_that_is_not_der_are_read(tmp_path: Path) -> None:
    authority = Authority(
        tmp_path / "tsa", root_name="R", leaf_name="A Leaf Whose Name Makes It The Longer One"
    )
    response = reply(authority)
    stored = [each.dump() for each in _certificates(response)]
    assert stored != sorted(stored)  # what the library by itself refuses
    from rfc3161_client import decode_timestamp_response

    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(response)
    check_chain(response, read_timestamp(response, of=DATA), roots=(authority.root,))


def _certificates(response: bytes) -> Any:
    return tsp.TimeStampResp.load(response)["time_stamp_token"]["content"]["certificates"]


def test_a_reply_without_certificates_needs_them_from_elsewhere(
    authority: Authority, stranger: Authority
) -> None:
    response = reply(authority, certs=False)
    with pytest.raises(WrongForm, match="does not hold its signer's certificate"):
        read_timestamp(response, of=DATA)
    leaf = authority.leaf.public_bytes(Encoding.DER)
    found = read_timestamp(response, of=DATA, known=(leaf,))
    check_chain(response, found, roots=(authority.root, authority.middle))
    with pytest.raises(DoesNotFit):
        check_chain(response, found, roots=(stranger.root, authority.middle))


@pytest.mark.parametrize("own_signature", [True, False])
def test_an_authority_that_signed_itself_is_none_where_its_reply_has_no_certificates(
    authority: Authority, own_signature: bool
) -> None:
    """Whoever makes a package writes the certificates that lie beside the reply, too."""
    key, other = (rsa.generate_private_key(public_exponent=65_537, key_size=2048) for _ in "12")
    leaf = issue(
        "Mine",
        key,
        issuer_key=None if own_signature else other,
        extensions=(
            (usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        ),
    )
    request = make_request("sha256", hashlib.sha256(DATA).digest(), nonce=7)
    parsed = pyhanko_stamper(leaf, key).request_tsa_response(tsp.TimeStampReq.load(request))
    del parsed["time_stamp_token"]["content"]["certificates"]
    response = parsed.dump(force=True)
    found = read_timestamp(response, of=DATA, known=(leaf.public_bytes(Encoding.DER),))
    with pytest.raises(DoesNotFit, match="under the roots"):
        check_chain(response, found, roots=(authority.root,))
    if own_signature:
        check_chain(response, found, roots=(leaf,))


def foreign(**options: Any) -> tuple[bytes, Any]:
    request = make_request("sha256", hashlib.sha256(DATA).digest(), nonce=7)
    return foreign_reply(request, **options)


def test_a_token_of_another_maker_is_read(tmp_path: Path) -> None:
    response, root = foreign()
    found = read_timestamp(response, of=DATA)
    assert found.nonce == 7
    check_chain(response, found, roots=(root,))


def test_a_timestamp_holds_when_the_authority_has_expired_since() -> None:
    at = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=15)
    response, root = foreign(days=(-20, -10), at=at)
    found = read_timestamp(response, of=DATA)
    assert found.at == at
    check_chain(response, found, roots=(root,))


def test_a_timestamp_of_an_authority_that_had_expired_then_does_not_hold() -> None:
    response, root = foreign(days=(-20, -10))
    with pytest.raises(DoesNotFit):
        check_chain(response, read_timestamp(response, of=DATA), roots=(root,))


def test_older_tokens_that_name_their_certificate_by_sha1_are_read(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa", ess="sha1")
    response = reply(authority)
    check_chain(response, read_timestamp(response, of=DATA), roots=(authority.root,))


@pytest.mark.parametrize(
    "options",
    [
        {"uses": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION)},
        {"uses": (ExtendedKeyUsageOID.EMAIL_PROTECTION,)},
        {"critical": False},
    ],
)
def test_a_certificate_that_is_not_for_timestamps_alone_is_refused(options: Any) -> None:
    response, _ = foreign(**options)
    with pytest.raises(WrongForm, match="not for timestamps alone"):
        read_timestamp(response, of=DATA)


def test_a_token_signed_with_sha1_is_refused() -> None:
    response, _ = foreign(override_md="sha1")
    with pytest.raises(WrongForm, match="an algorithm that is not accepted"):
        read_timestamp(response, of=DATA)


def test_a_response_to_another_request_is_refused(authority: Authority) -> None:
    response = reply(authority, nonce=7)
    hashed = hashlib.sha256(DATA).digest()
    read_timestamp(response, of=DATA, request=make_request("sha256", hashed, nonce=7))
    for other in (make_request("sha256", hashed, nonce=8), b"", b"nonsense"):
        with pytest.raises(DoesNotFit, match="request"):
            read_timestamp(response, of=DATA, request=other)


def test_a_rejected_response_shows_its_words_as_plain_text(authority: Authority) -> None:
    def reject(parsed: Any) -> None:
        parsed["status"]["status"] = 2
        parsed["status"]["status_string"] = ["\x1b[2Jno"]

    with pytest.raises(WrongForm, match=r"status 2: \\x1b\[2Jno"):
        read_timestamp(bent(reply(authority), reject), of=DATA)


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5])
def test_only_granted_is_granted(authority: Authority, status: int) -> None:
    def change(parsed: Any) -> None:
        parsed["status"]["status"] = status

    with pytest.raises(WrongForm, match=f"status {status}"):
        read_timestamp(bent(reply(authority), change), of=DATA)


def test_a_token_with_two_signers_or_none_is_refused(authority: Authority) -> None:
    def double(parsed: Any) -> None:
        signers = parsed["time_stamp_token"]["content"]["signer_infos"]
        signers.append(signers[0].copy())

    def none(parsed: Any) -> None:
        parsed["time_stamp_token"]["content"]["signer_infos"] = []

    for change, count in ((double, 2), (none, 0)):
        with pytest.raises(WrongForm, match=f"has {count} signers"):
            read_timestamp(bent(reply(authority), change), of=DATA)


def test_a_token_is_what_lies_in_its_response(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(token_of(reply(authority)))
    (tmp_path / "data").write_bytes(DATA)
    command = ["openssl", "ts", "-verify", "-data", "data", "-token_in", "-in", "token"]
    done = subprocess.run(
        [*command, "-CAfile", authority.root_path], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"Verification: OK" in done.stdout


@pytest.fixture(scope="module")
def response(authority: Authority) -> bytes:
    return reply(authority)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_changed_response_never_says_another_time(
    response: bytes, authority: Authority, data: st.DataObject
) -> None:
    """Some bytes are under no signature; none of them is the time, the digest or the signer."""
    at = data.draw(st.integers(0, len(response) - 1))
    changed = bytearray(response)
    changed[at] ^= data.draw(st.integers(1, 255))
    whole = read_timestamp(response, of=DATA)
    try:
        found = read_timestamp(bytes(changed), of=DATA)
        check_chain(bytes(changed), found, roots=(authority.root,))
    except (WrongForm, DoesNotFit):
        return
    assert (found.at, found.hashed, found.certificate) == (
        whole.at,
        whole.hashed,
        whole.certificate,
    )


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=200), cut=st.integers(0, 1600))
def test_no_bytes_are_read_with_another_error(response: bytes, junk: bytes, cut: int) -> None:
    for each in (junk, response[:cut] + junk, junk + response[cut:]):
        if each == response:
            continue
        with pytest.raises((WrongForm, DoesNotFit)):
            read_timestamp(each, of=DATA)


def test_without_its_extra_the_authority_cannot_be_checked(
    authority: Authority, response: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(DependencyMissing, match=r"evidencekit\[timestamp\]"):
        check_chain(response, read_timestamp(response, of=DATA), roots=(authority.root,))


def test_the_module_that_checks_knows_no_network() -> None:
    command = (
        "import sys; import evidencekit.custody.seal_check; "
        "print([each for each in ('socket', 'http.client', 'urllib.request', 'cryptography', "
        "'asn1crypto', 'pyhanko') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_the_chain_file_of_an_authority_is_no_root(authority: Authority, tmp_path: Path) -> None:
    from evidencekit.custody.certificates import load_certificates
    from evidencekit.errors import KeyUnusable

    (tmp_path / "chain.pem").write_bytes(pem(authority.middle))
    with pytest.raises(KeyUnusable, match="no root certificate"):
        load_certificates(tmp_path / "chain.pem")
    assert timestamp_module.SECONDS == 30
