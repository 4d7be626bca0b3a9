"""The command ``hocvuso``: parses, calls, prints. What the commands do lives in the rooms.

The commands of authors stand in `hocvuso.authoring`. Sentences are in Vietnamese unless
``HOCVUSO_LANG=en`` is set. Exit codes: 0 done, 1 something that the user can mend (said in a sentence), 2 the
command line itself.
"""

from __future__ import annotations

import secrets
import sys
import uuid
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hocvuso import __version__, authoring
from hocvuso.errors import SetupError
from hocvuso.language import N_
from hocvuso.places import find_places
from hocvuso.terminal import (
    LANG,
    Group,
    count_lines,
    note,
    now,
    say,
    search_seldom,
    stop_on_signal,
    watch_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from hocvuso.grading.dask_pool import DaskPool
    from hocvuso.places import Places


@click.group(
    cls=Group,
    commands=authoring.COMMANDS,
    help=say(N_("Học vụ số: dựng bài, chấm bài, cấp chứng nhận và mở trang học.")),
)
@click.version_option(__version__)
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help=say(N_("Thư mục khóa học (mặc định: thư mục hiện tại hoặc HOCVUSO_ROOT).")),
)
@click.pass_context
def main(ctx: click.Context, root: Path | None) -> None:
    """Find the course."""
    ctx.obj = lambda: find_places(root)


@main.command(example="hocvuso release", help=say(N_("Phát hành bài đã dựng: vào sổ điểm và khu trao đổi.")))
@click.argument("lessons", nargs=-1)
@click.pass_obj
def release(find: Callable[[], Places], lessons: tuple[str, ...]) -> None:
    """Let built editions enter the gradebook and the exchange."""
    from hocvuso.lessons.release import release as release_lessons
    from hocvuso.records.tables import open_gradebook

    release_lessons(find(), lessons, report=note, now=now())
    with open_gradebook(find()):
        pass  # makes our tables beside nbgrader's, while whoever may make tables is here


@main.command(example="hocvuso grade --watch", help=say(N_("Thu và chấm các bài đã nộp.")))
@click.argument("lesson", required=False)
@click.option("--watch", "watching", is_flag=True, help=say(N_("Chạy mãi và chấm bài ngay khi được nộp.")))
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help=say(N_("Chấm trên các máy của một cụm Dask: địa chỉ (tcp://…) hoặc tệp của bộ điều phối.")),
)
@click.option(
    "--unprotected-code",
    "unprotected",
    is_flag=True,
    help=say(
        N_(
            "Cho chạy mã lệnh của người học cả khi máy không mở được hộp cát (nguy hiểm; "
            "được ghi vào nhật ký kiểm toán)."
        )
    ),
)
@click.pass_obj
def grade(
    find: Callable[[], Places],
    lesson: str | None,
    *,
    watching: bool,
    scheduler: str | None,
    unprotected: bool,
) -> None:
    """Collect and grade what waits, once or for ever; on this machine or on a cluster."""
    places = find()
    search_seldom()
    with pool_of(scheduler) as pool:
        if watching:
            from hocvuso.grading.watch import watch

            watch(places, stop_on_signal(), lesson=lesson, report=note, pool=pool, unprotected=unprotected)
            return
        from hocvuso.grading.grade import grade_waiting
        from hocvuso.records.grades_csv import write_export

        if pool is not None:
            pool.check()
        summary = grade_waiting(
            places,
            lesson,
            report=count_lines(),
            now=now,
            new_id=lambda: str(uuid.uuid4()),
            pool=pool,
            unprotected=unprotected,
        )
    note(summary.tell(LANG))
    write_export(places)
    if summary.failed:
        sys.exit(1)


@main.command(
    example="hocvuso regrade t14-05",
    help=say(
        N_(
            "Chấm lại các bài đã chấm theo đáp án hiện tại (sau khi sửa, dựng và phát hành lại bài học); "
            "điểm giảng viên cho được giữ nguyên."
        )
    ),
)
@click.argument("lesson")
@click.option("--rerun", is_flag=True, help=say(N_("Chạy lại mã lệnh của người học (bài lập trình).")))
@click.pass_obj
def regrade(find: Callable[[], Places], lesson: str, *, rerun: bool) -> None:
    """Score a lesson anew with its corrected key."""
    from hocvuso.grading.regrade import regrade as regrade_lesson
    from hocvuso.records.grades_csv import write_export

    places = find()
    search_seldom()
    done = regrade_lesson(places, lesson, report=note, now=now, rerun=rerun)
    note(done.tell(LANG))
    write_export(places)
    if done.left:
        sys.exit(1)


def pool_of(scheduler: str | None) -> AbstractContextManager[DaskPool | None]:
    """The workers of a cluster; None for this machine's own."""
    if scheduler is None:
        return nullcontext()
    from hocvuso.grading.dask_pool import DaskPool

    return DaskPool(scheduler)


@main.command(
    example="hocvuso autograde ps1 --student bitdiddle",
    help=say(
        N_(
            "Chấm bài trong một khóa nbgrader bất kỳ, thay cho nbgrader autograde; "
            "nhận mọi tham số và cấu hình của lệnh đó."
        )
    ),
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="ASSIGNMENT")
@click.option("--student", metavar="ID", help=say(N_("Chỉ chấm bài của người học này (được dùng dấu *).")))
@click.option("--notebook", metavar="NAME", help=say(N_("Chỉ chấm sổ tay này (được dùng dấu *).")))
@click.option("--force", "-f", is_flag=True, help=say(N_("Chấm lại cả bài đã chấm.")))
@click.option("--create", is_flag=True, help=say(N_("Thêm người học chưa có trong sổ điểm (mặc định).")))
@click.pass_context
def autograde(  # noqa: PLR0913  (the options of nbgrader's command)
    ctx: click.Context,
    arguments: tuple[str, ...],
    *,
    student: str | None,
    notebook: str | None,
    force: bool,
    create: bool,
) -> None:
    """Grade an nbgrader course's submissions; nbgrader itself reads the arguments and the configuration."""
    from hocvuso.grading.autograde import Course
    from hocvuso.grading.autograde import autograde as autograde_course

    given = [
        *arguments,
        *([f"--CourseDirectory.student_id={student}"] if student else []),
        *([f"--CourseDirectory.notebook_id={notebook}"] if notebook else []),
        *(["--force"] if force else []),
        *(["--create"] if create else []),
    ]
    root = ctx.parent.params["root"] if ctx.parent else None
    trying = N_("Trước hết lời giải của giảng viên được chạy thử khoảng mười lần; bài chạy lâu thì phải chờ.")
    click.echo(say(trying), err=True)
    tally = autograde_course(Course(given, root), note, lang=LANG)
    note(tally.tell(LANG))
    if tally.partly or tally.refused or tally.failed:
        sys.exit(1)


@main.command(
    example="hocvuso status --json",
    help=say(N_("Cho biết bài nào đang chờ, đang chấm, đã chấm, bị từ chối vì sao; không nêu tên ai.")),
)
@click.option("--json", "as_json", is_flag=True, help=say(N_("In ra dạng JSON cho chương trình khác đọc.")))
@click.pass_obj
def status(find: Callable[[], Places], *, as_json: bool) -> None:
    """Say how the grading stands; it works while graders run and while the gradebook is locked."""
    import json

    from hocvuso.grading.status import find_status, lines

    found = find_status(find(), now())
    if as_json:
        note(json.dumps(found.record(), ensure_ascii=False, indent=1))
        return
    for line in lines(found, LANG):
        note(line)


@main.command(
    example="hocvuso people lop-mau.csv",
    help=say(N_("Nhập danh sách người học: CSV có cột learner, full_name, unit, email.")),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def people(find: Callable[[], Places], file: Path) -> None:
    """Import the register of people."""
    from hocvuso.records.people import import_people

    count = import_people(find(), file, now=now())
    note(say(N_("Đã nhập {count} người."), count=count))


@main.command(
    example="hocvuso certify --watch",
    help=say(N_("Cấp chứng nhận cho người đủ điều kiện, từ tệp xuất điểm.")),
)
@click.option(
    "--export",
    "export",
    type=click.Path(path_type=Path),
    help=say(N_("Tệp CSV xuất điểm (mặc định: var/exports/grades.csv).")),
)
@click.option(
    "--watch", "watching", is_flag=True, help=say(N_("Chạy mãi, cấp ngay khi có tệp xuất điểm mới."))
)
@click.option(
    "--reissue",
    multiple=True,
    metavar="LEARNER",
    help=say(N_("Cấp lại cho người có chứng nhận đã bị thu hồi (ví dụ để sửa họ tên).")),
)
@click.pass_obj
def certify(
    find: Callable[[], Places], export: Path | None, reissue: tuple[str, ...], *, watching: bool
) -> None:
    """Issue certificates to those who qualify and do not hold one yet."""
    from hocvuso.certificates.issue import certify as issue_certificates
    from hocvuso.certificates.rules import read_rules

    places = find()
    source = export or places.exports / "grades.csv"

    def once() -> None:
        done = issue_certificates(places, source, rules=read_rules(), now=now(), reissue=reissue)
        for odd in done.renamed:
            note(
                say(
                    N_(
                        "{number}: tên trên chứng nhận khác tên trong tệp xuất điểm; xem lại danh sách người học."
                    ),
                    number=odd.number,
                )
            )
        for number in done.repaired:
            note(say(N_("{number}: tệp bị thiếu đã được làm lại."), number=number))
        for failed in done.refused:
            click.echo(failed.error.tell(LANG), err=True)
        note(
            say(
                N_("Đã cấp {issued} chứng nhận mới; đang giữ {held}; chưa đủ điều kiện {waiting}."),
                issued=len(done.issued),
                held=len(done.held),
                waiting=done.not_yet,
            )
        )

    if not watching:
        once()
        return
    watch_file(source, stop_on_signal(), once)


@main.command(
    example='hocvuso revoke HVS-2026-7KQM-X3TD --reason "Cấp nhầm người"',
    help=say(N_("Thu hồi một chứng nhận.")),
)
@click.argument("number")
@click.option("--reason", required=True, help=say(N_("Lý do, ghi vào sổ chứng nhận.")))
@click.pass_obj
def revoke(find: Callable[[], Places], number: str, reason: str) -> None:
    """Set a certificate's bit in the published status list."""
    from hocvuso.certificates.revoke import revoke as revoke_certificate

    done = revoke_certificate(find(), number, reason, now())
    message = (
        N_("Chứng nhận {number} đã bị thu hồi từ trước.")
        if done.already
        else N_("Đã thu hồi chứng nhận {number}.")
    )
    note(say(message, number=done.number))


@main.command(
    example="hocvuso verify chung-nhan.pdf",
    help=say(N_("Xác minh một chứng nhận (tệp JSON hoặc PDF), không cần mạng.")),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help=say(N_("Thư mục tài liệu do nơi cấp công bố (mặc định: var/published).")),
)
@click.pass_obj
def verify(find: Callable[[], Places], file: Path, published: Path | None) -> None:
    """Say in one sentence whether a certificate holds; exit code 0 only when it does."""
    from hocvuso.certificates.verify import LARGEST, verify_file

    if published and not published.is_dir():
        raise SetupError(N_("Không có thư mục {path}."), path=published)
    with file.open("rb") as opened:
        body = opened.read(LARGEST + 1)  # enough to see that something larger is no certificate
    verdict = verify_file(body, published or find().published, lang=LANG)
    note(verdict.sentence)
    if verdict.kind != "valid":
        sys.exit(1)


@main.command(
    example="hocvuso account nguyen.an",
    help=say(N_("Tạo tài khoản đăng nhập; mật khẩu ngẫu nhiên được in ra một lần.")),
)
@click.argument("learner")
@click.option("--replace", is_flag=True, help=say(N_("Đặt lại mật khẩu của tài khoản đã có.")))
@click.option("--trainer", is_flag=True, help=say(N_("Giảng viên: có formgrader trong JupyterLab.")))
@click.pass_obj
def account(find: Callable[[], Places], learner: str, *, replace: bool, trainer: bool) -> None:
    """Make a sign-in account of the hub's own."""
    from hocvuso.hub.accounts import add_account

    password = secrets.token_urlsafe(12)
    name = add_account(find(), learner, password, replace=replace, trainer=trainer)
    note(say(N_("Tài khoản {learner}, mật khẩu {password}"), learner=name, password=password))


@main.command(
    example="hocvuso serve --port 8000",
    help=say(N_("Mở trang học cho mọi người, chấm bài và cấp chứng nhận.")),
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.pass_obj
def serve(find: Callable[[], Places], host: str, port: int) -> None:
    """Run hub, site, grader and issuer until Ctrl-C."""
    from hocvuso.hub.serve import serve as serve_site
    from hocvuso.hub.settings import HubSettings

    sys.exit(serve_site(find(), HubSettings(host=host, port=port), demo=False))


@main.command(
    example="hocvuso demo --headless",
    help=say(
        N_(
            "Trình diễn cả chặng đường: dựng bài, một lớp mẫu 25 người, chấm, cấp chứng nhận, rồi mở trang học."
        )
    ),
)
@click.option("--headless", is_flag=True, help=say(N_("Không mở trang học; xong thì thoát.")))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.pass_obj
def demo(find: Callable[[], Places], host: str, port: int, *, headless: bool) -> None:
    """Run the main job on a sample class, then serve the site."""
    from hocvuso.demo import run_demo

    sys.exit(run_demo(find(), host=host, port=port, headless=headless, report=note))
