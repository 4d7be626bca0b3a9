"""What one machine is set up with: systemd takes the units, nginx its configuration, and what it passes on."""

from __future__ import annotations

import gzip
import http.client
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.ports import free_port
from zones_course import CHECKOUT, UNITS, ZONES, unit_of

NAME = "hocvuso.example.vn"
CONFIG = CHECKOUT / "deploy" / "nginx" / "hocvuso.conf"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 7.0  # of 10; bubblewrap needs what would bring it lower (see the units)
TEXT = "Xin chào anh/chị. " * 200
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd here")
needs_nginx = pytest.mark.skipif(
    NGINX is None or not BROTLI.is_file(), reason="nginx with its Brotli module is not installed"
)


@needs_systemd
@pytest.mark.parametrize("zone", UNITS)
def test_systemd_takes_the_unit(zone: str, tmp_path: Path):
    """No unknown option, no value that it ignores. Only what is started is replaced: it lies elsewhere here."""
    name = f"hocvuso-{UNITS[zone]}.service"
    text = (ZONES / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE), "utf-8"
    )
    for other in UNITS.values():  # named in After= and Wants=
        if not (tmp_path / f"hocvuso-{other}.service").exists():
            (tmp_path / f"hocvuso-{other}.service").write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    done = _analyze("verify", "--man=no", str(tmp_path / name))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("zone", UNITS)
def test_a_unit_is_no_more_exposed_than_agreed(zone: str):
    """systemd's own measure of what a service could still do to the machine."""
    done = _analyze("security", "--offline=true", str(ZONES / f"hocvuso-{UNITS[zone]}.service"))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= MOST_EXPOSED


def test_every_unit_comes_back_and_is_bounded():
    """Restarted after a fault, unendingly; bounded in memory; where connections come in, with enough handles."""
    for zone in UNITS:
        service = unit_of(zone)["Service"]
        assert service["Restart"] == "on-failure"
        assert int(service["RestartSec"]) * 5 > 10, "systemd gives up after five starts in ten seconds"
        assert service["MemoryMax"].endswith("%")
    for zone in ("hub", "site"):
        assert int(unit_of(zone)["Service"]["LimitNOFILE"]) >= 65_536
    for zone in ("hub", "site", "grader"):
        assert unit_of(zone)["Service"]["OOMPolicy"] == "continue", (
            "learners' processes are in the same group"
        )


class Behind(http.server.BaseHTTPRequestHandler):
    """Stands for the hub's proxy: says what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict[str, str]]] = []  # noqa: RUF012  (one server at a time)

    def do_GET(self) -> None:
        """A text long enough to be compressed."""
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.headers.get("Upgrade"):
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.close_connection = True
            return
        body = TEXT.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css")
        self.send_header("Content-Length", str(len(body)))
        if "static" in self.path:
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass
class Front:
    """nginx, running, and where."""

    port: int
    plain_port: int
    folder: Path

    def ask(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """An answer over HTTPS, as it comes."""
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        line._create_connection = lambda *_, **__: socket.create_connection(("127.0.0.1", self.port), 20)
        line.host = NAME  # what the certificate is for
        try:
            line.request("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})
            answer = line.getresponse()
            return answer, b"" if answer.status == 101 else answer.read()
        finally:
            line.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with our file, in a folder of its own, in front of `Behind`."""
    folder = tmp_path_factory.mktemp("nginx")
    behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    serving = threading.Thread(target=behind.serve_forever, daemon=True)
    serving.start()
    front = Front(free_port(), free_port(), folder)
    _certificate(folder)
    main = _configure(front, behind.server_address[1])
    checked = subprocess.run([NGINX, "-t", "-q", "-c", main], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    nginx = subprocess.Popen([NGINX, "-c", main])
    try:
        _until_listening(front.port, nginx)
        yield front
    finally:
        nginx.terminate()
        nginx.wait(20)
        behind.shutdown()
        behind.server_close()
        serving.join()


@pytest.mark.slow
@needs_nginx
def test_plain_http_is_sent_to_https(front: Front):
    line = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=20)
    line.request("GET", "/services/hoc/?a=1", headers={"Host": NAME})
    answer = line.getresponse()
    answer.read()
    line.close()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/services/hoc/?a=1")


@pytest.mark.slow
@needs_nginx
def test_http_2_is_offered(front: Front):
    context = ssl.create_default_context(cafile=front.folder / "fullchain.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", front.port), 20) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as line,
    ):
        assert line.selected_alpn_protocol() == "h2"


@pytest.mark.slow
@needs_nginx
def test_what_is_sent_is_compressed_as_the_browser_can(front: Front):
    """Brotli where it is known, else gzip, else as it is; compressed here, not behind."""
    answer, body = front.ask("/services/hoc/", Accept_Encoding="gzip, br")
    assert answer.headers["Content-Encoding"] == "br"
    assert len(body) < len(TEXT) / 5
    answer, body = front.ask("/services/hoc/", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body).decode() == TEXT
    answer, body = front.ask("/services/hoc/")
    assert answer.headers["Content-Encoding"] is None
    assert body.decode() == TEXT
    assert "accept-encoding" not in Behind.asked[-1][1]
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.slow
@needs_nginx
def test_who_asks_is_said_by_nginx_alone(front: Front):
    """A visitor can't give another address, and the site learns that it is spoken to over HTTPS."""
    front.ask("/hub/login", X_Forwarded_For="10.9.8.7", X_Real_IP="10.9.8.7", Forwarded="for=10.9.8.7")
    path, headers = Behind.asked[-1]
    assert path == "/hub/login"
    assert headers["x-forwarded-for"] == headers["x-real-ip"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == NAME
    assert "forwarded" not in headers


@pytest.mark.slow
@needs_nginx
def test_what_is_the_same_for_everyone_is_asked_once(front: Front):
    """Without a cookie, so that nobody's own answer is kept; pages are asked for each time."""
    Behind.asked.clear()
    for _ in range(3):
        answer, _ = front.ask("/services/hoc/static/lesson.css?v=1", Cookie="ai=an")
        front.ask("/services/hoc/api/me", Cookie="ai=an")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    static = [headers for path, headers in Behind.asked if "static" in path]
    assert len(static) == 1
    assert "cookie" not in static[0]
    assert [h["cookie"] for path, h in Behind.asked if "api/me" in path] == ["ai=an"] * 3


@pytest.mark.slow
@needs_nginx
def test_a_websocket_is_passed_on(front: Front):
    answer, _ = front.ask(
        "/services/hoc/api/kernels/x/channels",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Key="x3JJHMbDL1EzLkh9GBhXDw==",
        Sec_WebSocket_Version="13",
    )
    assert answer.status == 101
    assert Behind.asked[-1][1]["connection"].lower() == "upgrade"


def _analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE
    return subprocess.run([ANALYZE, *words], capture_output=True, text=True, check=False)


def _configure(front: Front, behind: int) -> str:
    """Our file with this machine's ports, names of files and nothing else changed; the main file around it."""
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("listen 80;\n    listen [::]:80;", f"listen 127.0.0.1:{front.plain_port};"),
        (
            "listen 443 ssl http2;\n    listen [::]:443 ssl http2;",
            f"listen 127.0.0.1:{front.port} ssl http2;",
        ),
        ("/etc/ssl/hocvuso", str(front.folder)),
        ("/var/cache/nginx/hocvuso", str(front.folder / "cache")),
        ("/var/log/nginx/hocvuso-error.log", str(front.folder / "error.log")),
    ):
        assert old in text, f"{CONFIG} no longer has {old!r}"
        text = text.replace(old, new)
    (front.folder / "hocvuso.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {front.folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    owner = "user root;\n" if os.geteuid() == 0 else ""  # the folder is private
    main = front.folder / "nginx.conf"
    main.write_text(
        f"{owner}load_module {BROTLI};\ndaemon off;\npid {front.folder}/pid;\n"
        f"error_log {front.folder}/error.log crit;\n"
        f"worker_processes 1;\nevents {{}}\nhttp {{\n{temporary}include {front.folder}/hocvuso.conf;\n}}\n",
        encoding="utf-8",
    )
    return str(main)


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert process.poll() is None, "nginx ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")
