"""The formats that findings are printed in, by hand in one tuple; each is one pure function, `page`."""

from importlib import import_module

from validators.formats.setting import Page, Setting
from validators.report import Report

# Name and module: only the one that is asked for is imported.
FORMATS: tuple[tuple[str, str], ...] = (
    ("text", "validators.formats.text"),
    ("json", "validators.formats.json_form"),
    ("github", "validators.formats.github"),
    ("sarif", "validators.formats.sarif"),
)


def usual(setting: Setting) -> str:
    """The format for whoever names none: annotations inside GitHub Actions, else text."""
    return "github" if setting.in_actions else "text"


def written(name: str, report: Report, setting: Setting) -> Page:
    """The report in the named format."""
    page: Page = import_module(dict(FORMATS)[name]).page(report, setting)
    return page
