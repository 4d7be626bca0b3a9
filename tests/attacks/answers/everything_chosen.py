"""Everything that can be chosen is chosen, some of it twice, and in both groups.

A success: points for knowing nothing.
"""

LESSON = "questions"


def prepare(submission):
    """Choose all."""
    records = submission.answers["answers"]
    records["dau-hieu"]["answer"] = list("abcdef")
    records["da-lo-tay"]["answer"] = list("aaacce")
    records["viec-dau-tien"]["answer"] = ["a", "b", "c", "d"]
    records["hop-tin-nhan"]["answer"] = {
        name: ["lua-dao", "an-toan"] for name in records["hop-tin-nhan"]["answer"]
    }


EXPECTED = {"state": "graded", "all_but": ["dau-hieu", "da-lo-tay", "viec-dau-tien", "hop-tin-nhan"]}
