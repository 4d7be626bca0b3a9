"""The commands of authors: new, build, lint, translate, curriculum. `hocvuso.cli` takes them in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hocvuso.errors import LessonError
from hocvuso.language import N_
from hocvuso.terminal import LANG, command, note, now, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.places import Places


@command(example="hocvuso new t14-03", help=say(N_("Tạo khung một bài học mới.")))
@click.argument("lesson")
@click.pass_obj
def new(find: Callable[[], Places], lesson: str) -> None:
    """Make a skeleton that an author fills in."""
    from hocvuso.lessons.new import new_lesson

    note(str(new_lesson(find(), lesson, now().date())))


@command(example="hocvuso build t14-05", help=say(N_("Dựng bài học từ notebooks/ vào source/ và release/.")))
@click.argument("lessons", nargs=-1)
@click.pass_obj
def build(find: Callable[[], Places], lessons: tuple[str, ...]) -> None:
    """Build lessons; a bad one is refused and leaves its earlier build in place."""
    from hocvuso.lessons.build import build as build_lessons

    report = build_lessons(find(), lessons, report=note)
    if report.errors:
        raise LessonError("{mistakes}", mistakes="\n".join(error.tell(LANG) for error in report.errors))


@command(
    example="hocvuso lint t14-05 --json",
    help=say(
        N_(
            "Soát nội dung các bài học theo bộ quy tắc (docs/rules): mọi chỗ cần sửa được nêu một lần; "
            "không ghi gì vào đĩa."
        )
    ),
)
@click.argument("lessons", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=say(N_("In ra dạng JSON cho chương trình khác đọc.")))
@click.pass_obj
def lint(find: Callable[[], Places], lessons: tuple[str, ...], *, as_json: bool) -> None:
    """Check what lessons say; 1 as exit code when something is to be mended."""
    from hocvuso.lint import lint as lint_lessons

    report = lint_lessons(find(), lessons, today=now().date())
    for line in [report.json(LANG)] if as_json else report.lines(LANG):
        note(line)
    if report.findings:
        sys.exit(1)


@command(
    example="hocvuso translate t03-09 --to en",
    help=say(
        N_(
            "Tạo hoặc cập nhật tệp dịch (PO) cạnh bài học: mỗi đoạn, mỗi câu hỏi một mục; "
            "bản dịch đã có không bao giờ mất."
        )
    ),
)
@click.argument("lessons", nargs=-1)
@click.option("--all", "every", is_flag=True, help=say(N_("Mọi bài đã có tệp dịch sang tiếng ấy.")))
@click.option("--to", "lang", default="en", show_default=True, help=say(N_("Tiếng cần dịch sang.")))
@click.pass_obj
def translate(find: Callable[[], Places], lessons: tuple[str, ...], lang: str, *, every: bool) -> None:
    """Bring PO files in step with their lessons and say what is left to translate."""
    from hocvuso.lessons.translation import update_all

    if bool(lessons) == every:
        raise click.UsageError(say(N_("Hãy nêu mã bài, ví dụ t03-09, hoặc --all.")))
    for done in update_all(find(), lessons, lang):
        note(done.tell(LANG))


@command(
    example="hocvuso curriculum --json",
    help=say(N_("Cho biết các bài đã viết phủ được những gì của khung chương trình, và còn thiếu gì.")),
)
@click.option("--json", "as_json", is_flag=True, help=say(N_("In ra dạng JSON cho chương trình khác đọc.")))
@click.pass_obj
def curriculum(find: Callable[[], Places], *, as_json: bool) -> None:
    """Say what is written and what is missing; lessons with mistakes are left out and told."""
    import json

    from hocvuso.lessons.coverage import find_coverage, lines

    found = find_coverage(find())
    if as_json:
        note(json.dumps(found.record(LANG), ensure_ascii=False, indent=1))
    else:
        note("\n".join(lines(found, LANG)))
    if found.errors:
        raise LessonError("{mistakes}", mistakes="\n".join(error.tell(LANG) for error in found.errors))


COMMANDS = (new, build, lint, translate, curriculum)
