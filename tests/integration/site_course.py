"""A real hub with the real site on a small course of its own, and learners who visit it as browsers do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.lesson_text import lesson_text
from tests.ports import free_port

from conftest import PASSWORD, PATIENCE, telling, wait_for
from hocvuso.hub.accounts import add_account
from hocvuso.hub.settings import SITE_COMMAND, HubSettings
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import Places

BASE = "/services/hoc/"
LESSON = "t26-91"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ALICE, BOB = "an", "bình"
# Words that stand in keys and explanations only: none may reach a browser before a result is shown.
SECRETS = ("GIẢI-THÍCH-MẬT", "mật khẩu dùng một lần")
_LESSON = lesson_text(
    LESSON,
    "Bài thử của trang",
    """
```{code-cell} ipython3
:tags: [setup]

from hocvuso.questions import Choice, ShortText
```

Đọc rồi trả lời.

```{code-cell} ipython3
:tags: [question]

Choice(
    "cuoc-goi",
    "Có người lạ gọi điện đòi cài ứng dụng. Nên làm gì trước?",
    options={"a": "Cài ngay", "b": "Cúp máy rồi tự hỏi lại"},
    key="b",
    why="GIẢI-THÍCH-MẬT: tự hỏi lại qua kênh mình tìm.",
    points=1,
)
```

```{code-cell} ipython3
:tags: [question]

ShortText(
    "ma-so",
    "Dãy số gửi về máy gọi là gì?",
    accept=["mật khẩu dùng một lần", "OTP"],
    ignore_accents=True,
    why="GIẢI-THÍCH-MẬT: dãy số ấy mở cửa tài khoản.",
    points=1,
)
```

```{code-cell} ipython3
---
tags: [live]
id: thu-dem
title: "Thử đếm"
---
import os

print("môi trường:", sorted(name for name in os.environ if "JUPYTERHUB" in name or "HOCVUSO" in name))
```

```{code-cell} ipython3
---
tags: [live]
id: thu-hai
title: "Thử hai"
---
print(2)
```

```{code-cell} ipython3
---
tags: [live]
id: thu-ba
title: "Thử ba"
---
print(3)
raise ValueError("chi tiết của tác giả")
```
""",
    title_en="A lesson to try the site with",
)
_CONFIG = """
from pathlib import Path
from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.settings import HubSettings
from hocvuso.places import Places

configure(get_config(), Places(Path({root!r})), settings=HubSettings(**{settings!r}))
"""


def make_site_course(root: Path) -> Places:
    """Build and release the lesson below ``root``; two learners have accounts."""
    places = Places(root)
    (root / "nbgrader_config.py").write_text(
        "from pathlib import Path\nfrom hocvuso.hub.nbgrader import configure\n"
        "configure(get_config(), Path(__file__).parent)\n",
        encoding="utf-8",
    )
    write_lesson(places)
    for name in (ALICE, BOB):
        add_account(places, name, PASSWORD, replace=True)
    return places


def write_lesson(places: Places, change: Mapping[str, str] | None = None) -> None:
    """Write (with words replaced as in ``change``), build and release the lesson."""
    text = _LESSON
    for old, new in (change or {}).items():
        assert old in text
        text = text.replace(old, new)
    path = places.lessons / "t26" / f"{LESSON}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    report = build(places)
    assert report.ok, report
    release(places, now=NOW)


class Learner:
    """One browser at the site."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=PATIENCE)

    def sign_in(self, name: str) -> None:
        """Through the site's door to the hub's form and back."""
        form = self.http.get(BASE)
        token = re.search(r'name="_xsrf" value="([^"]+)"', form.text)
        assert token, form.text[:500]
        fields = {"username": name, "password": PASSWORD, "_xsrf": token[1]}
        home = self.http.post(str(form.url), data=fields)
        assert home.status_code == 200
        assert home.url.path == BASE, home.url

    @property
    def xsrf(self) -> str:
        """The site's token against forged requests, as `host.js` reads it."""
        return next(c.value or "" for c in self.http.cookies.jar if c.name == "_xsrf" and c.path == BASE)

    @property
    def cookies(self) -> str:
        """The Cookie header that a browser would send to the site."""
        return "; ".join(f"{c.name}={c.value}" for c in self.http.cookies.jar if BASE.startswith(c.path))

    def get(self, path: str, **sent: Any) -> httpx.Response:
        """Open ``path`` of the site."""
        return self.http.get(BASE + path, **sent)

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """What a script of the page sends, token and all."""
        return self.http.request(method, BASE + path, headers={"X-XSRFToken": self.xsrf}, **sent)

    def put(self, question: str, answer: object, *, seen: int = 0, age_ms: int = 0) -> httpx.Response:
        """Save an answer."""
        body = {"answer": answer, "seen": seen, "age_ms": age_ms}
        return self.send("PUT", f"api/answers/{LESSON}/{question}", json=body)

    def answers(self) -> dict[str, Any]:
        """The answers as the site has them."""
        return self.send("GET", f"api/answers/{LESSON}").raise_for_status().json()["answers"]

    def hand_in(self, edition: str = LESSON) -> httpx.Response:
        """Hand in the lesson."""
        return self.send("POST", f"bai/{LESSON}/nop", json={"edition": edition})


def kernel_of(page: str) -> str:
    """The id of the kernel that a live page talks to."""
    config = page.partition('id="jupyter-config-data" type="application/json">')[2].partition("</script>")[0]
    return str(json.loads(config)["kernelId"])


@contextmanager
def running_site(
    places: Places, *, more: str = "", site_command: Sequence[str] = SITE_COMMAND
) -> Iterator[str]:
    """Start the hub, which starts the site; its address once both answer. ``more``: lines for its configuration."""
    settings = HubSettings(port=free_port()).with_free_ports()
    names = ("port", "hub_port", "proxy_port", "site_port")
    options = {name: getattr(settings, name) for name in names} | {"site_command": tuple(site_command)}
    config = places.root / "jupyterhub_config.py"
    config.write_text(_CONFIG.format(root=str(places.root), settings=options) + more, encoding="utf-8")
    url = settings.url
    said = places.root / "hub.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)], cwd=places.root, stdout=log, stderr=log
        )
    try:
        with telling(said):
            wait_for("the site answers", lambda: _answers(url), lambda: process.poll() is None)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def site_process(places: Places) -> psutil.Process:
    """The site of ``places``, among the processes that these tests have started."""
    for process in psutil.Process().children(recursive=True):  # each comes before its own children
        with suppress(psutil.Error):  # ended meanwhile
            served = process.environ().get("HOCVUSO_ROOT") == str(places.root)
            if served and "hocvuso.site" in process.cmdline():
                return process
    raise AssertionError("the site does not run")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}{BASE}xac-minh", timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False
