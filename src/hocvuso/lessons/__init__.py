"""From a MyST text file to nbgrader's editions and the page."""
