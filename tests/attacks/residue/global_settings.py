"""Settings of the whole process are turned over, also in modules that were imported once for everybody.

A success: another learner's tests run with them. The second hand-in looks for them.
"""

ROUNDS = [
    {
        "tong": """
import decimal, locale, math, os, random, sys, time, warnings
import numpy as np
import pandas as pd

decimal.getcontext().prec = 1
decimal.DefaultContext.prec = 1
np.seterr(all="raise"); np.set_printoptions(precision=1); np.random.seed(7)
pd.set_option("display.max_rows", 1); pd.options.mode.chained_assignment = "raise"
warnings.simplefilter("error"); random.seed(7)
random.random = time.time = time.monotonic = lambda: 7.0
math.pi = np.pi = 3
pd.DataFrame.sum = lambda *a, **k: 7
os.environ.update(PYTHONHASHSEED="0", TZ="Asia/Tokyo"); time.tzset()
sys.path[:] = []; sys.setrecursionlimit(60)
sys.dau_cu = np.dau_cu = 1
""",
    },
    {
        "tong": """
import math, sys, time
import numpy as np
if hasattr(sys, "dau_cu") or hasattr(np, "dau_cu") or math.pi == 3 or time.time() == 7.0:
    print("LO " + b"chim-thoatra-90ab3de1".hex())
""",
    },
]
EXPECTED = {"state": "graded", "scores": {}}
