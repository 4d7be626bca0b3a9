"""Small notebooks, one list of cell sources each, that a kernel and our shell must show alike.

What is in here decides what "ipykernel's semantics" means; a case says by its name what it is about.
"""

# ruff: noqa: E501, ISC004  (a case is easier to read as one piece)
from __future__ import annotations

PLAIN = {
    "nothing": ["x = 1"],
    "blank": ["", "  \n", "1"],
    "comment": ["# only this", "None"],
    "last_expression": ["1\n2\n3"],
    "semicolon": ["1;", "2 ;", "'a;b'"],
    "several": ["a = 1", "a += 1", "a"],
    "unicode": ["tên = 'Đúng, đủ, sạch, sống'\nprint(tên)\ntên"],
    "emoji": ["print('🎓'); '🎓'"],
    "control_characters": ["print('a\\rb\\x08c\\x00d')"],
    "print": ["print('a', 'b', sep='-', end='!')", "print('next')"],
    "print_many": ["for i in range(50): print(i)"],
    "print_then_value": ["print('a')\n5", "5\nprint('a')"],
    "stderr": ["import sys\nprint('e', file=sys.stderr)"],
    "both_streams": ["import sys\nprint('a')\nprint('e', file=sys.stderr)\nprint('b')"],
    "streams_and_display": [
        "import sys\nfrom IPython.display import display\nprint('a')\nprint('e', file=sys.stderr)\n"
        "display(1)\nprint('b')\ndisplay(2)"
    ],
    "flushes": [
        "import sys\nprint('a', flush=True)\nprint('e', file=sys.stderr, flush=True)\nprint('b', flush=True)"
    ],
    "names": [
        "__name__",
        "import sys; sys.modules['__main__'].__dict__ is globals()",
        "'__file__' in globals()",
    ],
    "annotations": ["x: int = 3\n__annotations__"],
    "history_names": [
        "5",
        "_ + 1",
        "__ + _",
        "_1",
        "Out[1]",
        "In[1]",
        "len(In)",
        "sorted(Out)",
        "_i",
        "_ih[1]",
    ],
    "underscore_kept": ["_ = 3", "7", "_"],
    "dunder_doc": ["'doc'\nx = 1", "__doc__"],
    "get_ipython": ["type(get_ipython()).__name__", "get_ipython().execution_count"],
    "class_in_main": [
        "class A: pass\nA",
        "A.__module__",
        "import pickle; type(pickle.loads(pickle.dumps(A()))) is A",
    ],
    "argv": ["import sys, argparse\nargparse.ArgumentParser(prog='p').parse_args()"],
    "stdin_is_empty": ["import sys; sys.stdin.read()"],
    "isatty": ["import sys; sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable()"],
    "stdout_class": [
        "import sys; isinstance(sys.stdout, __import__('ipykernel.iostream').iostream.OutStream)"
    ],
    "environment": [
        "import os; os.environ['NBGRADER_EXECUTION'], os.environ['TERM'], os.environ['CLICOLOR']"
    ],
    "cwd": ["import os, pathlib; pathlib.Path('x.txt').write_text('hi')", "open('x.txt').read()"],
    "help": ["help(len)"],
    "question_mark": ["len?", "print?"],
    "long_list": ["list(range(2000))"],
    "nested": ["{'a': [1, {2, 3}], 'b': ('x',) * 40}"],
    "dataclass": ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nP(1)"],
    "globals_survive": ["def f(): return y", "y = 2", "f()"],
    "delete": ["x = 1", "del x", "x"],
    "walrus_and_match": ["match (n := 3):\n    case 3: print('three')", "n"],
    "star_import": ["from math import *", "floor(pi)"],
    "future": ["from __future__ import annotations", "def f(x: Unknown): return 1\nf.__annotations__"],
    "gc": ["import gc; isinstance(gc.collect(), int)"],
    "decimal_context": ["import decimal; decimal.getcontext().prec = 5", "decimal.Decimal(1) / 3"],
    "context_variable": ["import contextvars; v = contextvars.ContextVar('v'); t = v.set(1)", "v.get()"],
    "seed": ["import random; random.seed(1)", "random.random()"],
    "numpy_seed": ["import numpy as np; np.random.seed(0)", "np.random.rand(2)"],
    "replaced_stdout": [
        "import sys, io\nold, sys.stdout = sys.stdout, io.StringIO()\nprint('hidden')\nx = sys.stdout.getvalue()\nsys.stdout = old\nx"
    ],
    "redirect": [
        "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()) as f: print('in')\nf.getvalue()"
    ],
    "hidden_traceback": ["get_ipython().showtraceback = lambda *a, **k: None", "1/0", "2"],
    "payload": ["get_ipython().set_next_input('x = 1')", "1"],
    "pager": ["get_ipython().run_line_magic('pinfo', 'len')", "1"],
}

ERRORS = {
    "zero": ["1/0", "'goes on'"],
    "name": ["undefined_name", "1"],
    "in_function": ["def f(x):\n    return g(x)\ndef g(x):\n    y = x\n    return 1 / y", "f(0)"],
    "chained": ["try:\n    1/0\nexcept ZeroDivisionError as e:\n    raise ValueError('two') from e"],
    "during": ["try:\n    1/0\nexcept ZeroDivisionError:\n    int('x')"],
    "from_none": ["try:\n    1/0\nexcept ZeroDivisionError:\n    raise ValueError('two') from None"],
    "assertion": ["assert 1 == 2, 'not the same'", "assert False"],
    "own_class": ["class Bad(Exception): pass\nraise Bad('x', 1)"],
    "base_exception": ["raise BaseException('base')", "1"],
    "keyboard": ["raise KeyboardInterrupt", "1"],
    "group": ["raise ExceptionGroup('g', [ValueError(1), TypeError(2)])"],
    "notes": ["e = ValueError('x'); e.add_note('a note'); raise e"],
    "syntax": ["x = = 1", "1"],
    "syntax_later": ["print('not shown')\ndef f(:\n  pass"],
    "indentation": ["if True:\nx = 1", "  x = 1\ny = 2", "if 1:\n\tx = 1\n        y = 2"],
    "unclosed": ["(1, 2", "'abc", "f("],
    "null_byte": ["x = 1\x00"],
    "return_outside": ["return 1", "yield 2", "break"],
    "unicode_in_error": ["raise ValueError('Lỗi: số âm')"],
    "system_exit": ["import sys; sys.exit()", "sys.exit(3)", "raise SystemExit('why')", "'goes on'"],
    "stop_iteration": ["next(iter([]))"],
    "recursion": ["def f(n): return f(n + 1)\nf(0)"],
    "after_output": ["print('before')\n1/0"],
    "library": ["import json; json.loads('{')"],
    "input": ["input('name? ')", "1"],
    "getpass": ["import getpass; getpass.getpass()"],
    "breakpoint": ["breakpoint()", "1"],
    "pdb": ["import pdb; pdb.set_trace()", "1"],
    "raised_class": ["raise ValueError", "raise 3"],
    "repr_raises": ["class R:\n    def __repr__(self): raise ValueError('no repr')\nR()", "1"],
    "repr_is_no_text": ["class R:\n    def __repr__(self): return 3\nR()"],
    "html_raises": [
        "class R:\n    def _repr_html_(self): raise ValueError('no html')\n    def __repr__(self): return 'r'\nR()"
    ],
    "import": ["import does_not_exist_at_all"],
    "xmode": ["%xmode Plain", "1/0", "%xmode Minimal", "1/0"],
    "custom_handler": [
        "def h(self, t, v, tb, tb_offset=None): print('handled', v)\nget_ipython().set_custom_exc((ValueError,), h)",
        "raise ValueError('x')",
    ],
    "traceback_print": [
        "import traceback\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()"
    ],
    "thread_error": ["import threading\nt = threading.Thread(target=lambda: 1/0); t.start(); t.join()"],
    "deleted_object_error": ["class D:\n    def __del__(self): raise ValueError('in del')\nd = D(); del d"],
}

MAGICS = {
    "time": ["%time 1 + 1", "%%time\nx = 2\nx"],
    "timeit": ["%timeit -n1 -r1 1", "t = %timeit -n1 -r1 -o -q 1\ntype(t).__name__"],
    "capture": ["%%capture out\nprint('a')\n5", "out.stdout", "out.outputs", "out.show()"],
    "capture_silent": [
        "%%capture\nprint('a')\nfrom IPython.display import display\ndisplay(1)",
        "print('b')",
    ],
    "bang": ["!echo hi", "!exit 3", "_exit_code"],
    "bang_assign": ["x = !echo a; echo b", "x", "x.n"],
    "bang_variable": ["name = 'you'", "!echo {name} $name"],
    "bash_cell": ["%%bash\necho out\necho err >&2", "%%bash\nexit 2"],
    "script_cell": ["%%script python3\nprint('from a script')"],
    "writefile_run": [
        "%%writefile m.py\nprint('in m', __name__)\nvalue = 7",
        "%run m.py",
        "value",
        "%load m.py",
        "%cat m.py",
    ],
    "run_error": ["%%writefile bad.py\n1/0", "%run bad.py", "%run missing.py"],
    "import_file": ["%%writefile mod.py\ndef f(): return 1/0", "import mod", "mod.f()"],
    "unknown_magic": ["%nosuchmagic", "%%nosuchcell\nx", "1"],
    "matplotlib": ["%matplotlib inline", "%config InlineBackend.figure_format = 'png'"],
    "who": ["a = 1\nb = 'x'", "%who", "%whos", "%who_ls"],
    "history": ["a = 1", "%history", "%history -n"],
    "reset": ["a = 1", "%reset -f", "a"],
    "pwd": ["import os; os.path.basename(%pwd) != ''", "%cd .", "%env NBGRADER_EXECUTION"],
    "precision": ["%precision 3", "3.14159265"],
    "pprint": ["%pprint", "list(range(3))"],
    "alias": ["%alias hi echo hi %s", "%hi you"],
    "macro": ["x = 3", "%macro m 1", "m", "x"],
    "prun": ["%%capture p\n%prun -q sum(range(3))", "1"],
    "html_cell": [
        "%%html\n<b>x</b>",
        "%%latex\n$x$",
        "%%javascript\n1",
        "%%markdown\n# x",
        "%%svg\n<svg></svg>",
    ],
    "lsmagic": ["len(get_ipython().magics_manager.lsmagic()['line'])"],
    "autocall": ["%autocall 1", "len [1, 2]"],
    "psource": ["def f():\n    return 1", "%psource f", "f??"],
    "load_ext": ["%load_ext autoreload", "%autoreload 2", "1"],
    "load_ext_missing": ["%load_ext no_such_ext"],
    "automagic": ["pwd == 3", "%automagic off"],
    "gui": ["%gui nosuch"],
    "notebook_only": ["%autosave 60"],
    "xdel": ["a = 1", "%xdel a", "a"],
    "store": ["a = 1", "%store a"],
    "dirs": ["_dh == [__import__('pathlib').Path.cwd()]", "%dhist"],
    "logstate": ["%logstate"],
}

DISPLAYS = {
    "display": ["from IPython.display import display", "display(1, 'a', [2])", "display()"],
    "html": ["from IPython.display import HTML, display\nHTML('<b>x</b>')", "display(HTML('<i>y</i>'))"],
    "rich_classes": [
        "from IPython.display import *",
        "Markdown('# x')",
        "Latex('$x$')",
        "JSON({'a': [1, None]})",
        "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
        "Javascript('1')",
        "Code('x = 1')",
        "Math('x')",
        "Pretty('p')",
        "GeoJSON({'type': 'Point', 'coordinates': [0, 0]})",
    ],
    "image_bytes": [
        "from IPython.display import Image\nimport base64\nImage(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='))"
    ],
    "iframe_audio": ["from IPython.display import IFrame\nIFrame('http://x', 1, 2)"],
    "repr_html": [
        "class A:\n    def _repr_html_(self): return '<b>a</b>'\n    def __repr__(self): return 'a'\nA()"
    ],
    "mimebundle": [
        "class A:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/plain': 'p', 'text/x': 'y'}, {'text/x': {'k': 1}}\nA()"
    ],
    "raw": [
        "from IPython.display import display\ndisplay({'text/plain': 'raw', 'application/json': {'a': 1}}, raw=True, metadata={'m': 2})"
    ],
    "raw_odd": [
        "from IPython.display import publish_display_data\npublish_display_data({'text/plain': 'x', 'application/x+json': {'n': float('inf')}})",
        "1",
    ],
    "raw_bytes": [
        "from IPython.display import display\ndisplay({'text/plain': 'x', 'image/png': b'\\x89PNG'}, raw=True)"
    ],
    "raw_no_json": [
        "from IPython.display import display\ndisplay({'application/json': {'a': {1, 2}}}, raw=True)",
        "1",
    ],
    "display_id": [
        "from IPython.display import display, update_display\ndisplay('a', display_id='d')",
        "update_display('b', display_id='d')",
        "display('c', display_id='d')",
        "update_display('z', display_id='nobody')",
    ],
    "handle": [
        "from IPython.display import display\nh = display('a', display_id=True)",
        "h.update('b')",
        "h.display('c')",
        "h.update('d')",
    ],
    "update_same_cell": [
        "from IPython.display import display\nh = display('a', display_id='q')\nprint('x')\nh.update('b')"
    ],
    "update_after_clear": [
        "from IPython.display import display, clear_output\nh = display('a', display_id='q')\nclear_output()\nprint('x')\nh.update('b')"
    ],
    "clear": ["from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b')"],
    "clear_wait": [
        "from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)",
        "print('a')\nclear_output(wait=True)\nprint('b')",
        "1",
    ],
    "clear_loop": [
        "from IPython.display import clear_output, display\nfor i in range(5):\n    clear_output(wait=True)\n    print(i)\n    display(i)"
    ],
    "clear_then_error": [
        "from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\n1/0"
    ],
    "progress": ["from IPython.display import ProgressBar\nfor i in ProgressBar(2): pass"],
    "displayhook": ["import sys\nsys.displayhook(5)", "for i in range(2): sys.displayhook(i)"],
    "interactivity": ["get_ipython().ast_node_interactivity = 'all'", "1\n2\nx = 3\nx"],
    "pandas": [
        "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
        "pd.Series([1.5, 2])",
        "print(pd.DataFrame({'a': [1]}))",
    ],
    "pandas_wide": ["import pandas as pd\npd.DataFrame({f'column{i}': range(100) for i in range(30)})"],
    "pandas_style": [
        "import pandas as pd\npd.DataFrame({'a': [1]}).describe()",
        "pd.date_range('2026-01-01', periods=2)",
    ],
    "pandas_error": ["import pandas as pd\ndf = pd.DataFrame({'a': [1]})", "df['b']"],
    "numpy": [
        "import numpy as np\nnp.arange(12).reshape(3, 4)",
        "np.float64(1.5)",
        "np.set_printoptions(precision=2)",
        "np.array([1/3])",
    ],
    "numpy_warning": ["import numpy as np\nnp.array([1.0]) / 0", "np.array([1.0]) / 0"],
    "formatter": [
        "get_ipython().display_formatter.formatters['text/plain'].for_type(int, lambda o, p, c: p.text('int!'))",
        "5",
    ],
    "post_execute": [
        "def shout(): print('after')\nget_ipython().events.register('post_execute', shout)",
        "1",
        "1/0",
    ],
    "post_execute_raises": [
        "def bad(): raise ValueError('in hook')\nget_ipython().events.register('post_execute', bad)",
        "1",
    ],
    "pre_run": [
        "def before(info): print('run', info.raw_cell)\nget_ipython().events.register('pre_run_cell', before)",
        "1",
    ],
}

STREAMS = {
    "subprocess_captured": [
        "import subprocess\nsubprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout"
    ],
    "subprocess_to_stream": [
        "import subprocess, sys\nsubprocess.run(['echo', 'hi'], stdout=sys.stdout, stderr=sys.stderr).returncode"
    ],
    "pool": [
        "import multiprocessing as mp\ndef f(x): return x * x\nwith mp.get_context('fork').Pool(2) as p: print(p.map(f, [1, 2, 3]))"
    ],
    "executor": [
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as e: print(list(e.map(abs, [-1, -2])))"
    ],
    "thread": [
        "import threading\nt = threading.Thread(target=print, args=('in thread',)); t.start(); t.join()"
    ],
    "thread_display": [
        "import threading\nfrom IPython.display import display\nt = threading.Thread(target=display, args=('in thread',)); t.start(); t.join()"
    ],
    "thread_across": [
        "import threading\ngo = threading.Event()\nt = threading.Thread(target=lambda: (go.wait(), print('late')))\nt.start()",
        "go.set(); t.join()",
    ],
    "warning": ["import warnings\nwarnings.warn('careful')", "warnings.warn('old', DeprecationWarning)"],
    "warning_once": ["import warnings\ndef f(): warnings.warn('again')\nf(); f()", "f()"],
    "logging": [
        "import logging\nlogging.warning('w')",
        "logging.getLogger('x').error('e')",
        "logging.info('quiet')",
    ],
    "logging_configured": [
        "import logging, sys\nlogging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(levelname)s %(message)s')\nlogging.info('i')"
    ],
    "sys_streams": [
        "import sys\nsys.stdout.write('a')",
        "sys.stderr.writelines(['b', 'c'])",
        "sys.stdout.write(b'x')",
    ],
    "fileno": ["import sys; isinstance(sys.stdout.fileno(), int)"],
    "closed_stdout": ["import sys\nsys.__stdout__ is sys.stdout"],
    "buffer": ["import sys; sys.stdout.buffer"],
    "faulthandler": ["import faulthandler; faulthandler.enable(); faulthandler.is_enabled()"],
    "big": ["print('x' * 100_000)", "print('y\\n' * 20_000)"],
    "signal": ["import signal, os\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**6): pass", "1"],
    "alarm": [
        "import signal\ndef ring(*a): raise TimeoutError('ring')\nsignal.signal(signal.SIGALRM, ring)\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\nwhile True: pass"
    ],
}

# What goes past Python's streams reaches a real kernel's output by a thread, whenever that gets its turn. So these are
# run with a pause at the end of each cell, and none of them shows anything else whose place would depend on it.
RAW = {
    "fd": ["import os\nos.write(1, b'raw out\\n');", "os.write(2, b'raw err\\n');"],
    "fd_order": ["import os\nprint('a', flush=True)\nos.system('echo b');", "print('c')"],
    "fd_unicode": ["import os\nos.system('echo Đúng');"],
    "subprocess": [
        "import subprocess\nr = subprocess.run(['echo', 'hi'])",
        "r",
        "r = subprocess.run('echo e >&2', shell=True)",
    ],
    "subprocess_python": [
        "import subprocess, sys\nr = subprocess.run([sys.executable, '-c', 'print(1); import sys; sys.exit(2)'])",
        "r.returncode",
    ],
    "c_level": ["import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from c'); libc.fflush(None);"],
    "process": [
        "import multiprocessing as mp\np = mp.get_context('fork').Process(target=print, args=('child',)); p.start(); p.join()"
    ],
    "process_display": [
        "import multiprocessing as mp\nfrom IPython.display import display\np = mp.get_context('fork').Process(target=display, args=(5,)); p.start(); p.join()"
    ],
    "raw_fork": [
        "import os\npid = os.fork()\nif not pid:\n    os.write(1, b'child\\n'); os._exit(0)\nx = os.waitpid(pid, 0)"
    ],
}

ASYNC = {
    "await": ["import asyncio\nawait asyncio.sleep(0)\n'done'", "x = await asyncio.sleep(0, 5)\nx"],
    "await_error": ["import asyncio\nasync def f(): 1/0\nawait f()", "1"],
    "async_for_with": [
        "async def g():\n    yield 1\n    yield 2\nasync for i in g(): print(i)",
        "[i async for i in g()]",
    ],
    "running_loop": [
        "import asyncio\nasyncio.get_running_loop().is_running()",
        "asyncio.run(asyncio.sleep(0))",
    ],
    "until_complete": ["import asyncio\nasyncio.get_event_loop().run_until_complete(asyncio.sleep(0))"],
    "gather": [
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(n / 100)\n    print(n)\n    return n\nawait asyncio.gather(f(2), f(1))"
    ],
    "task_between": [
        "import asyncio\ndone = []\nasync def f(): done.append(1)\nt = asyncio.create_task(f())",
        "done",
        "t.done()",
    ],
    "never_awaited": ["async def f(): pass\nf();", "1"],
    "task_error": [
        "import asyncio\nasync def f(): 1/0\nt = asyncio.create_task(f())\nawait asyncio.wait([t])\nt.exception()"
    ],
    "timeout": ["import asyncio\nasync with asyncio.timeout(0.01):\n    await asyncio.sleep(5)"],
    "to_thread": ["import asyncio\nawait asyncio.to_thread(sum, [1, 2])"],
    "decimal_in_async": [
        "import decimal, asyncio\nawait asyncio.sleep(0)\ndecimal.getcontext().prec = 4",
        "decimal.Decimal(1) / 3",
    ],
    "autoawait_off": ["%autoawait off", "import asyncio\nawait asyncio.sleep(0)"],
}

WIDGETS = {
    "widget": ["import ipywidgets as w\nw.IntSlider(value=3)", "s = w.Text('a')\ns.value = 'b'\ns.value"],
    "observe": [
        "import ipywidgets as w\ns = w.IntSlider()\ns.observe(lambda c: print('now', c['new']), 'value')\ns.value = 4"
    ],
    "output_widget": [
        "import ipywidgets as w\no = w.Output()\nwith o:\n    print('inside')\nprint('outside')\no",
        "o.outputs",
    ],
    "output_widget_error": [
        "import ipywidgets as w\no = w.Output()\nwith o:\n    1/0\nprint('after')",
        "len(o.outputs)",
    ],
    "interact": ["from ipywidgets import interact\n@interact(x=3)\ndef f(x): return x * 2"],
    "comm": [
        "from comm import create_comm\nc = create_comm(target_name='t', data={'a': 1})\nc.send({'b': 2}); c.close()"
    ],
}

TIMEOUTS = {
    "endless": ["while True: pass", "'goes on'"],
    "endless_after_output": ["print('before')\nwhile True: pass", "1"],
    "endless_async": ["import asyncio\nwhile True: await asyncio.sleep(0)", "1"],
}

CASES = {
    f"{group}-{name}": cells
    for group, cases in {
        "plain": PLAIN, "errors": ERRORS, "magics": MAGICS, "displays": DISPLAYS, "streams": STREAMS, "raw": RAW, "async": ASYNC, "widgets": WIDGETS,
    }.items()
    for name, cells in cases.items()
}  # fmt: skip
