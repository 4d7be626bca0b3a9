"""``hocvuso autograde``: what ``nbgrader autograde`` does for any nbgrader course, fast, boxed and for the whole class.

Reads nbgrader's configuration, submitted folders and gradebook; writes the autograded folders and the gradebook's rows.
One line per submission: no submission's damage, and no error of a course's own plug-in, touches another. The order of
writing makes a crash harmless: first the gradebook, a transaction per batch, then the folders; what has no folder yet
is graded again.
"""

from hocvuso.grading.autograde.course import Course
from hocvuso.grading.autograde.run import Report, Tally, autograde

__all__ = ["Course", "Report", "Tally", "autograde"]
