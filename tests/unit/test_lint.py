"""`hocvuso lint`: each rule catches the bad example of its page in docs/rules and lets the good one pass."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import runpy
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
import yaml
from click.testing import CliRunner

from hocvuso.cli import main
from hocvuso.errors import SetupError
from hocvuso.lessons.read import read_lesson
from hocvuso.lint import RULES, Report, lint
from hocvuso.lint.chance import at_least
from hocvuso.lint.reference import Reference
from hocvuso.lint.rules import KeyReachable
from hocvuso.lint.rules.pictures import contrast
from hocvuso.lint.tone import usual
from hocvuso.places import Places
from hocvuso.questions import Choice

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "rules"
TODAY = dt.date(2026, 11, 22)
FRONT = {
    "id": "t14-06",
    "topic": 14,
    "title": "Bài thử",
    "competences": ["2.6"],
    "levels": ["co-ban"],
    "minutes": 8,
    "sources": [
        {"title": "Sách", "date": "2026-01-02", "checked": "2026-11-21", "note": "Trang 1."},
    ],
}
QUESTION = 'Choice("q", "Hỏi gì?", options={"a": "Một", "b": "Hai"}, key="a", why="Vì một. Không phải hai.")'
RULE = {rule.code: rule for rule in RULES}


@pytest.fixture
def course(tmp_path: Path) -> Places:
    """A course without lessons, with the lists of this repository."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "reference").symlink_to(ROOT / "notebooks" / "reference")
    (tmp_path / "nbgrader_config.py").touch()
    return Places(tmp_path)


def write(
    course: Places, *, front: str = "", body: str = "", questions: str = QUESTION, name: str = "t14-06"
) -> Path:
    """A lesson made of these parts."""
    about = {"hocvuso": FRONT | {"id": name, "topic": int(name[1:3])} | (yaml.safe_load(front) or {})}
    calls = [ast.get_source_segment(questions, node) for node in ast.parse(questions).body]
    cells = [f"```{{code-cell}} ipython3\n:tags: [question]\n\n{call}\n```\n" for call in calls]
    path = course.lessons / name[:3] / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = yaml.safe_dump(about, allow_unicode=True, sort_keys=False)
    path.write_text(f"---\n{head}---\n\n" + "\n".join([body, *cells]), encoding="utf-8")
    return path


def write_example(course: Places, section: str) -> None:
    """The lesson that the fenced blocks of a page's section describe."""
    parts = dict.fromkeys(("yaml", "markdown", "python", "po"), "")
    for language, info, text in re.findall(
        r"^```(\w+)( nfd)?\n(.*?)^```$", section, re.DOTALL | re.MULTILINE
    ):
        parts[language] += unicodedata.normalize("NFD", text) if info else text
    assert any(parts.values())
    path = write(course, front=parts["yaml"], body=parts["markdown"], questions=parts["python"] or QUESTION)
    if parts["po"]:
        path.with_suffix(".en.po").write_text(parts["po"], encoding="utf-8")


def codes(report: Report) -> set[str]:
    """What was found."""
    return {finding.code for finding in report.findings}


def sections(code: str) -> dict[str, str]:
    """The sections of a rule's page by their headings."""
    page = (DOCS / f"{code}.md").read_text(encoding="utf-8")
    return dict(
        part.split("\n", 1) for part in re.split(r"^## (?=Bad\n|Good\n)", page, flags=re.MULTILINE)[1:]
    )


@pytest.mark.parametrize("code", sorted(RULE.keys() - {"key-reachable"}))
def test_the_bad_example_of_a_rule_is_caught(course: Places, code: str) -> None:
    """By that very rule; with a place, a sentence and a next step."""
    write_example(course, sections(code)["Bad"])
    report = lint(course, today=TODAY, rules=[RULE[code]])
    assert codes(report) == {code}
    for finding in report.findings:
        said = finding.record("vi")
        assert said["file"].startswith("notebooks/lessons")
        assert said["line"] >= 1
        assert said["sentence"].endswith(".")
        assert said["next"].endswith(".")
        assert "{" not in said["sentence"]


@pytest.mark.parametrize("code", sorted(RULE))
def test_the_good_example_of_a_rule_passes(course: Places, code: str) -> None:
    """The rule ran and found nothing."""
    write_example(course, sections(code)["Good"])
    report = lint(course, today=TODAY, rules=[RULE[code]])
    assert report.findings == ()
    assert report.not_run == ()
    assert report.lessons == 1


def test_the_index_names_every_rule_and_every_page_belongs_to_one() -> None:
    """The index is the one that its script makes; codes are told apart."""
    made = runpy.run_path(str(ROOT / "docs" / "rules_index.py"))["index"]()
    assert (DOCS / "README.md").read_text(encoding="utf-8") == made
    assert {path.stem for path in DOCS.glob("*.md")} == {*RULE, "README"}
    assert len(RULE) == len(RULES)
    for rule in RULES:
        page = (DOCS / f"{rule.code}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# `{rule.code}`\n\n{(rule.__doc__ or '').splitlines()[0]}\n")


def test_the_lessons_of_this_repository_keep_every_rule() -> None:
    """All rules ran, over all lessons, on the day on which the last source was looked up."""
    places = Places(ROOT)
    files = sorted(places.lessons.glob("*/*.md"))
    today = max(source.checked for file in files for source in read_lesson(file).front.sources)
    report = lint(places, today=today)
    assert report.lines("vi")[:-1] == []
    assert report.lessons == len(files) >= 4


class _Unreachable(Choice):
    """As a question type from outside might be: its key earns nothing."""

    type: Literal["choice"] = "choice"

    def judge(self, answer: str) -> tuple[Fraction, tuple[str, ...]]:
        """Never right."""
        del answer
        return Fraction(0), ()


def test_a_key_that_earns_less_than_all_is_caught() -> None:
    """Our own types don't let such a key be written."""
    question = _Unreachable("q", "Hỏi?", options={"a": "Một", "b": "Hai"}, key="a", why="Vì vậy.", points=2)
    assert len(list(KeyReachable().complaints(question))) == 1
    assert not list(KeyReachable().complaints(Choice(**question.record())))


def test_a_key_position_favoured_by_the_whole_set_is_caught(course: Places) -> None:
    """No lesson alone shows it: two choices in each of ten."""
    for number in range(1, 11):
        calls = "\n".join(
            f'Choice("q{n}", "Câu {number}.{n}?", options={{"a": "Một", "b": "Hai", "c": "Ba"}}, key="b", why="Vì.")'
            for n in range(2)
        )
        write(course, questions=calls, name=f"t{number:02}-01")
    (found,) = lint(course, today=TODAY, rules=[RULE["key-position"]]).findings
    assert found.file == Path("notebooks/lessons")
    assert found.fields["count"] == 20


def test_a_question_of_another_lesson_is_found_again(course: Places) -> None:
    """The later one is told, with the name of the earlier one."""
    asked = 'Number("{}", "Bảng gốc ghi giao thông 14, môi trường 9. Có tất cả mấy {}?", value=23, why="Vì. Thế.")'
    write(course, questions=asked.format("tong", "kiến nghị"), name="t03-01")
    write(course, questions=asked.format("cong", "ý kiến"), name="t20-01")
    (found,) = lint(course, today=TODAY, rules=[RULE["duplicate-question"]]).findings
    assert found.file.stem == "t20-01"
    assert found.where == "cong"
    assert found.fields["other"] == "t03-01 tong"


def test_without_its_list_a_rule_says_that_it_did_not_run(course: Places, tmp_path: Path) -> None:
    """The others run; the reason names what to install or to write."""
    write(course, body="# Bài thử\n\nKiễm tra.")
    nothing = Reference(tmp_path / "khong-co", tmp_path / "khong-co.dic")
    report = lint(course, today=TODAY, reference=nothing)
    not_run = dict(report.not_run)
    assert set(not_run) == {"spelling", "glossary", "source-register", "law-named"}
    assert "hunspell-vi" in not_run["spelling"]
    assert "KHÔNG chạy" in "\n".join(report.lines("vi"))
    assert "lesson-parts" in codes(report)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Anh/chị hoà giải, hòa giải, khoẻ, khỏe.", set()),
        ("Tệp bang_cuoi.xlsx ở may-chu.example, mục III, ngày 12/5, `khong dau` được bỏ qua.", set()),
        ("Mật khẩu: vit keo cay dan qua ao.", set()),
        ("Tuỳ ý tắt Wi-Fi và **VNeID**, đọc mẩu tin ở *Điện Biên*.", set()),
        ("Nguời lạ gửi đuờng dẫn cho anh/chị.", {"Nguời", "đuờng"}),
        ("Nghiêng người, ngiêng máy, nghành công an.", {"ngiêng", "nghành"}),
    ],
)
def test_spelling_looks_up_syllables(course: Places, text: str, unknown: set[str]) -> None:
    """With either place of the tone mark; names of files, code and text without marks are left alone."""
    write(course, body=text)
    found = lint(course, today=TODAY, rules=[RULE["spelling"]]).findings
    assert {word for f in found for word in str(f.fields["words"]).split(", ")} == unknown


@pytest.mark.parametrize(
    ("word", "better"), [("hoà", "hòa"), ("Thuỷ", "Thủy"), ("quý", "quý"), ("hoàng", "hoàng")]
)
def test_where_the_tone_mark_stands(word: str, better: str) -> None:
    """Only at the end of a syllable, and not after q."""
    assert usual(word) == better


def test_a_lesson_that_cannot_be_read_is_told_with_the_codes_of_the_build(course: Places) -> None:
    """Beside the findings in the other lessons."""
    write(course, questions='Choice("q", "Hỏi?", options={"a": "Một", "b": "Hai"}, key="c", why="Vì.")')
    write(course, name="t20-05")
    report = lint(course, today=TODAY)
    assert {"question-key", "lesson-shape"} <= codes(report)
    assert {f.file.stem for f in report.findings} == {"t14-06", "t20-05"}
    assert {f.file.stem for f in lint(course, ["t20-05"], today=TODAY).findings} == {"t20-05"}


def test_a_broken_list_is_told_with_its_place(course: Places, tmp_path: Path) -> None:
    """File and field."""
    write(course)
    for name, text in (("laws.toml", '[[law]]\nnumber = "1/2025/QH15"\n'), ("glossary.toml", "[[term\n")):
        folder = tmp_path / name.split(".")[0]
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        with pytest.raises(SetupError, match=name):
            lint(course, today=TODAY, reference=Reference(folder))


def test_the_command_tells_all_and_ends_with_one(course: Places) -> None:
    """For people and as JSON; 0 where nothing is wrong."""
    root = ["--root", str(course.root), "lint"]
    assert CliRunner().invoke(main, root).exit_code == 0
    write(course)
    result = CliRunner().invoke(main, root)
    assert result.exit_code == 1
    assert "notebooks/lessons/t14/t14-06.md:3: Bài có 1 câu hỏi" in result.output
    assert "[lesson-shape]" in result.output
    told = json.loads(CliRunner().invoke(main, [*root, "t14-06", "--json"]).output)
    assert told["lessons"] == 1
    assert {"file", "line", "where", "code", "sentence", "next"} == told["findings"][0].keys()
    assert "t99-99" in CliRunner().invoke(main, [*root, "t99-99"]).output


def test_what_matters_is_said_in_three_sentences(course: Places) -> None:
    """Counted up to the next heading; a colon ends none."""
    for text, count in (
        ("Một: hai. Ba.", 1),
        ("Một: hai. Ba?\n\n- Bốn.", 0),
        ("1. Một.\n2. Hai.\n3. Ba.\n4. Bốn.", 1),
    ):
        body = f"# Bài thử\n\n## Điều cốt lõi\n\n{text}\n\n## Làm ngay hôm nay\n\nAnh/chị làm. Rồi nghỉ."
        write(course, body=body)
        assert len(lint(course, today=TODAY, rules=[RULE["lesson-parts"]]).findings) == count


def test_chance_is_counted_exactly() -> None:
    """Against sums that can be done by hand."""
    assert at_least(2, [0.5, 0.5]) == pytest.approx(0.25)
    assert at_least(1, [0.5, 0.25]) == pytest.approx(1 - 0.5 * 0.75)
    assert at_least(0, [0.1] * 9) == pytest.approx(1)


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, and #767676 is the lightest grey that passes."""
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") >= 4.5 > contrast("#777777", "#fff")


def test_an_svg_picture_beside_the_lesson_is_measured(course: Places) -> None:
    """Its text on its ground."""
    path = write(course, body="![Hai màu gần nhau](so-do.svg)")
    svg = '<svg><rect fill="{}"/><text fill="#555555">Chữ</text></svg>'
    (path.parent / "so-do.svg").write_text(svg.format("#666666"), encoding="utf-8")
    assert codes(lint(course, today=TODAY, rules=[RULE["contrast"]])) == {"contrast"}
    (path.parent / "so-do.svg").write_text(svg.format("#ffffff"), encoding="utf-8")
    assert codes(lint(course, today=TODAY, rules=[RULE["contrast"]])) == set()


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("Chủ tịch Ủy ban nhân dân tỉnh Mẫu A, ông Lê Văn Toàn, tới dự.", True),
        ("Ông Lê Văn Toàn, Phó Chủ tịch Quốc hội, tới dự.", True),
        ("Phó Chủ tịch Quốc hội Trần Thị Mẫu tới dự.", False),
        ("Chủ tịch xã hỏi anh Lê Văn Toàn đường về.", False),
        ("Thủ tướng và các Bộ trưởng trả lời chất vấn tại Hà Nội.", False),
    ],
)
def test_whose_name_stands_beside_an_office(course: Places, text: str, *, caught: bool) -> None:
    """Before or after it; somebody else in the sentence is no holder."""
    write(course, body=text)
    assert bool(lint(course, today=TODAY, rules=[RULE["office-holder"]]).findings) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("Số 0912345678.", True),
        ("Số 091.234.5678 hay 091 234 567.", True),
        ("Số +84 912 345 678.", True),
        ("Số tiền 1.500.000.000 đồng, ngày 22/11/2026, 15 250 000 người.", False),
        ("Nghị định 356/2025/NĐ-CP và 0********123.", False),
    ],
)
def test_what_could_be_a_number_of_somebody(course: Places, text: str, *, caught: bool) -> None:
    """Telephones, cards and accounts; not amounts and dates."""
    write(course, body=text)
    assert bool(lint(course, today=TODAY, rules=[RULE["personal-number"]]).findings) == caught


def test_people_on_a_screen_may_speak_as_they_do(course: Places) -> None:
    """What they say is not held to the glossary; what the lesson says around it is."""
    screen = (
        'SimulatedScreen("q", "{}", screens={{"m1": {{"kind": "sms", "title": "Tin nhắn",'
        ' "show": [{{"them": "Bấm link nhé."}}],'
        ' "do": {{"a": {{"button": "Xóa", "to": "k1", "good": "Đúng."}}, "b": {{"button": "Bấm", "to": "k2"}}}}}}}},'
        ' endings={{"k1": "Yên.", "k2": "Mất."}}, best=["a"], why="Vì. Thế.")'
    )
    for prompt, count in (("Làm gì?", 0), ("Có link thì làm gì?", 1)):
        write(course, questions=screen.format(prompt))
        assert len(lint(course, today=TODAY, rules=[RULE["glossary"]]).findings) == count


def test_a_dirty_table_may_hold_a_wrong_law(course: Places) -> None:
    """It is what learners repair; the prompt is the lesson's own word."""
    table = (
        'TableCleaning("q", "{}", columns={{"so": ("Số hiệu", "text")}}, rows={{"d1": ["1/1999/QH10"], "d2": ["A"]}},'
        ' repairs={{"d1": {{"so": "B"}}}}, why="Vì. Thế.")'
    )
    for prompt, count in (("Sửa bảng.", 0), ("Sửa bảng theo 1/1999/QH10.", 2)):
        write(course, questions=table.format(prompt))
        rules = [RULE["law-named"], RULE["law-no-source"]]
        assert len(lint(course, today=TODAY, rules=rules).findings) == count


@pytest.mark.parametrize(
    ("option", "caught"),
    [
        ("Tất cả các đáp án trên", True),
        ("Cả ba phương án đều đúng.", True),
        ("Không có đáp án nào đúng", True),
        ("Cả a và b", True),
        ("Cả hai đều sai", True),
        ("Đọc cả câu trên màn hình rồi mới bấm", False),
        ("Trả lời mọi câu hỏi trong phiếu này", False),
    ],
)
def test_an_option_about_the_other_options(course: Places, option: str, *, caught: bool) -> None:
    """Only where that is all it says."""
    write(
        course, questions=f'Choice("q", "Hỏi?", options={{"a": "Một", "b": "{option}"}}, key="a", why="Vì.")'
    )
    assert bool(lint(course, today=TODAY, rules=[RULE["catch-all"]]).findings) == caught
