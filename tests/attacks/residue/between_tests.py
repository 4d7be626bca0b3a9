"""What a function learned in one test (arguments, counts, results) helps it in the next one.

A success: points for the second test of a function that only repeats what it has seen.
"""

CELLS = {
    "tong": """
thay = []
def tong(so):
    thay.append(so)
    return {"[1, 2, 3]": 6}.get(repr(so), 0)
""",
    "dem-chu": """
lan = [0]
def dem_chu(van_ban):
    lan[0] += 1
    with open("dem", "a") as tep: tep.write("x")
    return [5, 5, 5, 5, 3, 0, 2, 1][(len(open("dem").read()) - 1) % 8]
""",
}
EXPECTED = {"state": "graded", "scores": {}}
