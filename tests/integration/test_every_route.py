"""Every address of site and hub, asked by another learner and by nobody: nothing of the owner's comes back.

The addresses are taken from the tables of the running processes. One that does not stand in the lists below
fails the test, so whoever adds a route has to say here what others get of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from site_course import ALICE, BASE, BOB, LESSON, Learner, make_site_course, running_site
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conftest import PATIENCE
from hocvuso.places import Places, folder_of

pytestmark = pytest.mark.slow

TABLE = """
import json
def table(application):
    def flat(router):
        for rule in router.rules:
            if hasattr(rule.target, "rules"):
                yield from flat(rule.target)
            else:
                yield [rule.matcher.regex.pattern, rule.target.__name__]
    return json.dumps(list(flat(application.default_router)))
"""
SITE = (
    TABLE
    + """
import os
from pathlib import Path
from hocvuso.site import service
listen = service.SiteServer.listen
def listed(self):
    Path(os.environ["HOCVUSO_ROOT"], "site-routes.json").write_text(table(self.app))
    listen(self)
service.SiteServer.listen = listed
service.main()
"""
)
HUB = (
    TABLE
    + """
from tornado.web import RequestHandler
class Routes(RequestHandler):
    def get(self):
        self.finish(table(self.application))
c.JupyterHub.extra_handlers = [("/routes", Routes)]
"""
)


MARKS = ("CÂU-TRẢ-LỜI-CỦA-AN", "KẾT-QUẢ-CỦA-AN", "CHỨNG-NHẬN-CỦA-AN", "TỆP-CỦA-AN")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_E = r"([a-z0-9][a-z0-9-]{0,63})"
_USER, _API = "/hub/api/users/{who}", "/hub/api/"
OF_SITE = {
    r"static/(.*)$": "static/site.js",
    r"$": "",
    rf"bai/{_E}$": "bai/t26-91",
    rf"bai/{_E}/nop$": "bai/t26-91/nop",
    rf"bai/{_E}/ket-qua$": "bai/t26-91/ket-qua",
    r"ket-qua$": "ket-qua",
    r"chung-nhan$": "chung-nhan",
    r"chung-nhan/([A-Za-z0-9][A-Za-z0-9-]{0,63})\.(json|pdf)$": "chung-nhan/HVS-1.json",
    r"xac-minh$": "xac-minh",
    r"phat-hanh/([^/]+)$": "phat-hanh/issuer.json",
    r"bien-nhan/([^/]+)$": "bien-nhan/{receipt}",
    rf"song/{_E}/([a-z0-9][a-z0-9-]*)$": "song/t26-91/khong-co",  # one that is there starts the asker's own kernel
    rf"voila/{_E}$": "voila/t99-99",
    rf"api/answers/{_E}$": "api/answers/t26-91",
    rf"api/answers/{_E}/([A-Za-z0-9_-]{{1,80}})$": "api/answers/t26-91/ma-so",
    rf"api/result/{_E}$": "api/result/t26-91",
    r"api/me$": "api/me",
    r"api/lab/assignments$": "api/lab/assignments",
    rf"api/lab/assignments/{_E}$": "api/lab/assignments/t26-91",
    rf"api/lab/assignments/{_E}/answers$": "api/lab/assignments/t26-91/answers",
    rf"api/lab/assignments/{_E}/submit$": "api/lab/assignments/t26-91/submit",
    r"api/lab/feedback/([^/]+)$": "api/lab/feedback/{receipt}",
    r"api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)$": "api/kernels/{kernel}",
    r"api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels$": "api/kernels/{kernel}/channels",
    r"api/signed-out$": "api/signed-out",
    r"sw.js$": "sw.js",
    r"loai-cau-hoi$": "loai-cau-hoi",
    r"api/loai-cau-hoi/([a-z_]+)$": "api/loai-cau-hoi/choice",
    r"api/loai-cau-hoi/code/chay$": "api/loai-cau-hoi/code/chay",
    rf"api/chay/{_E}/([A-Za-z0-9_-]{{1,80}})$": "api/chay/t26-91/ma-so",
    r"logout$": "logout",
    r"oauth_callback$": "oauth_callback?code=x&state=y",
}
OF_HUB = {
    r"/(robots\.txt)$": "/robots.txt",
    r"/(favicon\.ico)$": "/favicon.ico",
    r"/hub/static/(.*)$": "/hub/static/css/style.min.css",
    r"/hub/change-password$": "/hub/change-password",
    r"/hub/logout$": "/hub/logout",
    r"/hub$": "/hub",
    r"/hub/user/(?P<user_name>[^/]+)(?P<user_path>/.*)?$": "/hub/user/{who}/lab",
    r"/hub/user-redirect/(.*)?$": "/hub/user-redirect/lab",
    r"/hub/security/csp-report$": "/hub/security/csp-report",
    r"/hub/$": "/hub/",
    r"/hub/home$": "/hub/home",
    r"/hub/admin$": "/hub/admin",
    r"/hub/spawn-pending/([^/]+)$": "/hub/spawn-pending/{who}",
    r"/hub/spawn-pending/([^/]+)/([^/]+)$": "/hub/spawn-pending/{who}/x",
    r"/hub/spawn$": "/hub/spawn",
    r"/hub/spawn/([^/]+)$": "/hub/spawn/{who}",
    r"/hub/spawn/([^/]+)/([^/]+)$": "/hub/spawn/{who}/x",
    r"/hub/token$": "/hub/token",
    r"/hub/accept-share$": "/hub/accept-share?code=x",
    r"/hub/error/(\d+)$": "/hub/error/503",
    r"/hub/health$": "/hub/health",
    r"/hub/api/health$": "/hub/api/health",
    r"/hub/login$": "/hub/login",
    r"/hub/metrics$": "/hub/metrics",
    r"/hub/api/metrics$": "/hub/api/metrics",
    r"/hub/api/authorizations/cookie/([^/]+)(?:/([^/]+))?$": _API
    + "authorizations/cookie/jupyterhub-hub-login/x",
    r"/hub/api/authorizations/token/([^/]+)$": _API + "authorizations/token/x",
    r"/hub/api/authorizations/token$": _API + "authorizations/token",
    r"/hub/api/oauth2/authorize$": _API + "oauth2/authorize",
    r"/hub/api/oauth2/token$": _API + "oauth2/token",
    r"/hub/api/shutdown$": _API + "shutdown",
    r"/hub/api/?$": _API,
    r"/hub/api/info$": _API + "info",
    r"/hub/api/proxy$": _API + "proxy",
    r"/hub/api/user$": _API + "user",
    r"/hub/api/users$": _API + "users",
    r"/hub/api/users/([^/]+)$": _USER,
    r"/hub/api/users/([^/]+)/server$": _USER + "/server",
    r"/hub/api/users/([^/]+)/server/progress$": _USER + "/server/progress",
    r"/hub/api/users/([^/]+)/tokens$": _USER + "/tokens",
    r"/hub/api/users/([^/]+)/tokens/([^/]*)$": _USER + "/tokens/a1",
    r"/hub/api/users/([^/]+)/servers/([^/]*)$": _USER + "/servers/x",
    r"/hub/api/users/([^/]+)/servers/([^/]*)/progress$": _USER + "/servers/x/progress",
    r"/hub/api/users/([^/]+)/activity$": _USER + "/activity",
    r"/hub/api/users/([^/]+)/admin-access$": _USER + "/admin-access",
    r"/hub/api/groups$": _API + "groups",
    r"/hub/api/groups/([^/]+)$": _API + "groups/trainers",
    r"/hub/api/groups/([^/]+)/users$": _API + "groups/trainers/users",
    r"/hub/api/groups/([^/]+)/properties$": _API + "groups/trainers/properties",
    r"/hub/api/services$": _API + "services",
    r"/hub/api/services/([^/]+)$": _API + "services/hoc",
    r"/hub/api/shares/([^/]+)$": _API + "shares/{who}",
    r"/hub/api/shares/([^/]+)/([^/]*)$": _API + "shares/{who}/",
    r"/hub/api/users/([^/]+)/shared$": _USER + "/shared",
    r"/hub/api/groups/([^/]+)/shared$": _API + "groups/trainers/shared",
    r"/hub/api/users/([^/]+)/shared/([^/]+)/([^/]*)$": _USER + "/shared/{who}/",
    r"/hub/api/groups/([^/]+)/shared/([^/]+)/([^/]*)$": _API + "groups/trainers/shared/{who}/",
    r"/hub/api/share-codes/([^/]+)$": _API + "share-codes/{who}",
    r"/hub/api/share-codes/([^/]+)/([^/]*)$": _API + "share-codes/{who}/",
    r"/hub/logo$": "/hub/logo",
    r"/hub/api/(.*)$": _API + "khong-co",
    r"/(user|services)/([^/]+)$": "/user/{who}",
    r"(?!/hub/).*$": "/khong-co",
    r"(.*)$": "/hub/khong-co",
    r"/.*$": BASE + "khong-co",  # the site's
}
EXAMPLES = {BASE + pattern: BASE + path for pattern, path in OF_SITE.items()} | OF_HUB
PUBLIC = {
    *(
        BASE + pattern
        for pattern in (
            r"static/(.*)$",
            "xac-minh$",
            r"phat-hanh/([^/]+)$",
            "logout$",
            "sw.js$",
        )
    ),
    *(
        r"/(robots\.txt)$",
        r"/(favicon\.ico)$",
        r"/hub/static/(.*)$",
        r"/hub/logout$",
        r"/hub/login$",
        r"/hub/logo$",
    ),
    *(r"/hub/health$", r"/hub/api/health$", r"/hub/error/(\d+)$", r"/hub/api/?$"),
}
STARTS_ONES_OWN = {("GET", r"/hub/spawn$"), ("POST", r"/hub/spawn$")}  # a JupyterLab of the asker's own
NEEDS_NO_TOKEN = {
    ("POST", BASE + "xac-minh$"),  # changes nothing, and is for everybody
    ("POST", r"/hub/api/oauth2/token$"),  # asks for a code and the client's secret, and looks at no cookie
}
_LAB = r"/hub/user/(?P<user_name>[^/]+)(?P<user_path>/.*)?$"
OTHERWISE = {  # statuses of the hub's own that are neither a refusal nor an answer
    **{(method, _LAB): 424 for method in ("POST", "PATCH", "DELETE")},  # no JupyterLab answers, whoever asks
    ("POST", r"/hub/security/csp-report$"): 200,  # a browser's report on its own page
    ("POST", r"/hub/api/authorizations/token/([^/]+)$"): 500,  # takes no POST, and says so badly
}
SAFE_TO_ASK_AS_ONESELF = [BASE + path for path in (
    "bai/t26-91/ket-qua", "chung-nhan", "chung-nhan/HVS-1.json", "api/answers/t26-91")]  # fmt: skip


@pytest.fixture(scope="module")
def routes_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return make_site_course(tmp_path_factory.mktemp("khoa").resolve())


@pytest.fixture(scope="module")
def routes_url(routes_places: Places) -> Iterator[str]:
    with running_site(routes_places, site_command=(sys.executable, "-c", SITE), more=HUB) as url:
        yield url


@pytest.fixture(scope="module")
def routes_kernel(routes_places: Places, routes_url: str) -> Iterator[tuple[Learner, dict[str, str]]]:
    """The owner, signed in, with something of each kind; and the ids by which others might ask for it."""
    owner = Learner(routes_url)
    owner.sign_in(ALICE)
    owner.put("ma-so", MARKS[0])
    receipt = owner.hand_in().json()["receipt"]
    _write_result(routes_places, receipt)
    held = routes_places.certificates / folder_of(ALICE)
    held.mkdir(parents=True)
    index = [{"number": "HVS-1", "name": MARKS[2], "date": "2026-11-21", "state": "valid"}]
    (held / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (held / "HVS-1.json").write_text(json.dumps({"x": MARKS[3]}, ensure_ascii=False), encoding="utf-8")
    page = owner.get(f"song/{LESSON}/thu-dem").text
    config = page.partition('id="jupyter-config-data" type="application/json">')[2].partition("</script>")[0]
    ids = {"kernel": json.loads(config)["kernelId"], "receipt": receipt["id"], "who": ALICE}
    yield owner, ids
    owner.http.close()


@pytest.fixture(scope="module")
def routes_found(routes_places: Places, routes_url: str) -> dict[str, str]:
    """Every address that the two running processes answer to, with the class that does."""
    of_site = json.loads((routes_places.root / "site-routes.json").read_text(encoding="utf-8"))
    of_hub = httpx.get(f"{routes_url}/hub/routes", timeout=PATIENCE).json()
    return {pattern: name for pattern, name in [*of_site, *of_hub] if name != "Routes"}


def _write_result(places: Places, receipt: dict[str, Any]) -> None:
    question = {"id": "ma-so", "kind": "question", "prompt": "Nên làm gì?", "points": 0, "out_of": 1,
                "state": "wrong", "your": MARKS[1], "key": "x", "why": "y", "notes": []}  # fmt: skip
    record = {
        "format": 1, "learner": ALICE, "lesson": LESSON, "edition": LESSON, "submission": "x",
        "state": "graded", "reasons": [], "points": 0, "out_of": 1, "handed_in": receipt["handed_in"],
        "graded": receipt["handed_in"], "via": "page", "questions": [question],
        "evidence": {"engine": "0", "master": "", "submission": "", "receipt": receipt["id"]},
    }  # fmt: skip
    path = places.results / folder_of(ALICE) / f"{LESSON}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_no_route_is_left_out(routes_found: dict[str, str]) -> None:
    """Each address of the running processes has an example here, and each example an address."""
    assert set(routes_found) == set(EXAMPLES)


def test_the_owner_finds_what_is_theirs(routes_kernel: tuple[Learner, dict[str, str]]) -> None:
    """Else the tests below would prove nothing."""
    owner, ids = routes_kernel
    everything = "".join(owner.http.get(_path(example, ids)).text for example in SAFE_TO_ASK_AS_ONESELF)
    assert [mark for mark in MARKS if mark not in everything] == []


@pytest.mark.parametrize("asker", [BOB, None], ids=["another learner", "nobody"])
def test_others_get_nothing_of_the_owners(
    routes_url: str, routes_kernel: tuple[Learner, dict[str, str]], asker: str | None
) -> None:
    """Each route by each method, with every token that one can have: no mark of the owner's, no change, no failure."""
    owner, ids = routes_kernel
    before = owner.answers()
    other = Learner(routes_url)
    if asker:
        other.sign_in(asker)
        other.http.get("/hub/home")
    wrong = []
    for pattern, example in sorted(EXAMPLES.items(), key=lambda pair: "logout" in pair[1]):
        for method in METHODS:
            if asker and (method, pattern) in STARTS_ONES_OWN:
                continue
            path = _path(example, ids)
            answer = _ask(other, method, path)
            told = answer.text + str(answer.headers)
            if any(mark in told for mark in MARKS) or answer.status_code not in _allowed(
                asker, method, pattern
            ):
                wrong.append((method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    for query in ("", f"&token={ids['kernel']}"):
        assert _line_status(other, ids["kernel"], query) == 403
    other.http.close()
    assert owner.answers() == before
    assert owner.send("GET", f"api/kernels/{ids['kernel']}").status_code == 200
    assert _line_status(owner, ids["kernel"], "") == 101


def test_every_change_needs_the_token(routes_kernel: tuple[Learner, dict[str, str]]) -> None:
    """What another site makes the owner's browser send carries the cookies and no token: refused, on each route."""
    owner, ids = routes_kernel
    wrong = []
    for pattern, example in EXAMPLES.items():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = owner.http.request(method, _path(example, ids), follow_redirects=False)
            known = (method, pattern) in NEEDS_NO_TOKEN or answer.status_code == OTHERWISE.get(
                (method, pattern)
            )
            if answer.status_code not in {403, 404, 405} and not known:
                wrong.append((method, pattern, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert owner.get("api/me").status_code == 200


def _path(example: str, ids: dict[str, str]) -> str:
    return example.format(**ids)


def _ask(other: Learner, method: str, path: str) -> httpx.Response:
    """With the site's token or the hub's, if there is one; no redirect is followed."""
    folder = BASE if path.startswith(BASE) else "/hub/"
    tokens = [c.value or "" for c in other.http.cookies.jar if c.name == "_xsrf" and c.path == folder]
    headers = {"X-XSRFToken": tokens[0]} if tokens else {}
    return other.http.request(method, path, headers=headers, follow_redirects=False)


def _allowed(asker: str | None, method: str, pattern: str) -> set[int]:
    """The statuses that are no mistake: refusals, being led to sign in, and what is everybody's or the asker's own."""
    refused = {400, 401, 403, 404, 405, 415, OTHERWISE.get((method, pattern), 403)}
    led_away = {301, 302}
    if method == "GET" and (asker or pattern in PUBLIC):
        return {200} | led_away | refused
    if (method, pattern) in NEEDS_NO_TOKEN:
        return {200, 204} | refused
    return refused | led_away if method == "GET" else refused


def _line_status(learner: Learner, kernel: str, query: str) -> int:
    address = f"{learner.url.replace('http', 'ws', 1)}{BASE}api/kernels/{kernel}/channels?session_id=x{query}"
    try:
        with connect(address, additional_headers={"Cookie": learner.cookies}, origin=learner.url) as line:
            return line.response.status_code
    except InvalidStatus as refused:
        return refused.response.status_code
