"""The configuration that a JupyterLab of the hub reads, as texts by file name.

The folder that holds them is mounted read-only and is the only place where the server looks for its
configuration: nothing that a learner writes in their home runs in the process that holds the hub's token.
"""

from __future__ import annotations

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from hocvuso.places import COURSE

# nbgrader also reads them in the folder it works in, the learner's home: ours are mounted over them there
HOME_OVERLAYS = ("nbgrader_config.py", "nbgrader_config.json")

_FORMGRADER = "nbgrader.server_extensions.formgrader"
_COURSES = "nbgrader.server_extensions.course_list"
_NBGRADERS_LIST = "nbgrader.server_extensions.assignment_list"
_OUR_LIST = "hocvuso.hub.assignments"
_OFF_FOR_ALL = {
    "jupyter_server_terminals": False,
    "jupyter_lsp": False,
    "voila.server_extension": False,
    "notebook": False,
}
_NEVER_SHOWN = (
    "@jupyterlab/apputils-extension:announcements",  # would ask another host
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/terminal-extension",
    # asks a language server, of which there is none
    "@jupyterlab/lsp-extension",
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/fileeditor-extension:language-server",
    "@voila-dashboards/jupyterlab-preview",
    "@jupyter-notebook/lab-extension",  # a way to pages that are switched off
)
_FOR_TRAINERS_ONLY = (
    "@jupyter/nbgrader:formgrader",
    "@jupyter/nbgrader:create-assignment",
    "@jupyter/nbgrader:course-list",
)
# JupyterLab compiles schemas and loads widgets' modules from memory (eval, blob:) and shows formgrader in a frame;
# what learner code displays can't make a reader's browser ask another host
_POLICIES = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-src 'self' blob: data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICIES)
# slanted code fonts of some systems lack Vietnamese letters
_STYLE = ".cm-content * { font-style: normal !important; }\n"
_IDLE_KERNEL_SECONDS = 1800
_IDLE_SERVER_SECONDS = 3600


def learner_files(learner: str, *, home: str) -> dict[str, str]:
    """What a learner's JupyterLab reads: the assignment list over HTTP, no terminal, nothing of a teacher's."""
    return {
        "jupyter_server_config.json": _server(
            home,
            {
                _FORMGRADER: False,
                _COURSES: False,
                _NBGRADERS_LIST: False,
                _OUR_LIST: True,
                "jupyterlab_jupytext": False,
            },  # jupytext runs .jupytext.py files
        ),
        "labconfig/page_config.json": _page(_NEVER_SHOWN + _FOR_TRAINERS_ONLY + ("jupyterlab-jupytext",)),
        "nbgrader_config.py": _learners_nbgrader(learner, home=home),
        "nbgrader_config.json": "{}\n",
        **_extras(),
    }


def trainer_files(root: Path) -> dict[str, str]:
    """What a trainer's JupyterLab reads: the course folder, with formgrader and create-assignment."""
    return {
        "jupyter_server_config.json": _server(str(root), {_FORMGRADER: True, _COURSES: True}),
        "labconfig/page_config.json": _page(_NEVER_SHOWN),
        **_extras(),
    }


def _server(root: str, extensions: dict[str, bool]) -> str:
    config = {
        "ServerApp": {
            "root_dir": root,
            "log_level": "WARN",  # its lines name the user
            "terminals_enabled": False,
            "tornado_settings": {"headers": {"Content-Security-Policy": CONTENT_SECURITY_POLICY}},
            "kernel_manager_class": "hocvuso.hub.lab.CleanKernels",
            "jpserver_extensions": _OFF_FOR_ALL | extensions,
            "shutdown_no_activity_timeout": _IDLE_SERVER_SECONDS,
        },
        "KernelManager": {"transport": "ipc"},  # no port that another learner's code could knock at
        "ContentsManager": {"hide_globs": ["__pycache__", "*.pyc", "nbgrader_config.*"]},
        "MappingKernelManager": {"cull_idle_timeout": _IDLE_KERNEL_SECONDS, "cull_interval": 300},
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
            "custom_css": True,
        },
    }
    return json.dumps(config, indent=1) + "\n"


def _learners_nbgrader(learner: str, *, home: str) -> str:
    ours = "hocvuso.exchange.nbgrader_http"
    return "\n".join(
        (
            "c = get_config()",
            f"c.CourseDirectory.course_id = {COURSE!r}",
            f"c.CourseDirectory.student_id = {learner!r}",
            f"c.Exchange.assignment_dir = {home!r}",
            f"c.ExchangeFactory.list = '{ours}.SiteList'",
            f"c.ExchangeFactory.fetch_assignment = '{ours}.SiteFetch'",
            f"c.ExchangeFactory.submit = '{ours}.SiteSubmit'",
            f"c.ExchangeFactory.fetch_feedback = '{ours}.SiteFeedback'",
            "",
        )
    )


def _page(plugins: tuple[str, ...]) -> str:
    page = {
        "disabledExtensions": dict.fromkeys(plugins, True),
        "fullMathjaxUrl": "none",  # JupyterLab brings its own MathJax; the default names another host
    }
    return json.dumps(page, indent=1) + "\n"


def _extras() -> dict[str, str]:
    """What every JupyterLab needs beside: our settings, of which each user may choose others."""
    return {
        # without this mark, jupyter_core would try to carry over files of Jupyter's first years, and write it
        "migrated": "",
        "labconfig/default_setting_overrides.json": json.dumps(_settings()) + "\n",
        "custom/custom.css": _STYLE,
    }


def _settings() -> dict[str, dict[str, Any]]:
    """Long lines wrap, no buttons lie over a title; Vietnamese where that language pack is installed."""
    settings: dict[str, dict[str, Any]] = {
        "@jupyterlab/notebook-extension:tracker": {
            "codeCellConfig": {"lineNumbers": False, "lineWrap": True}
        },
        "@jupyterlab/cell-toolbar-extension:plugin": {"showToolbar": False},
    }
    if any(pack.name == "vi_VN" for pack in entry_points(group="jupyterlab.languagepack")):
        settings["@jupyterlab/translation-extension:plugin"] = {"locale": "vi_VN"}
    return settings
