"""`spark: app.py`, or `spark: {application: app.py | app.jar, …}`: carried out by `spark-submit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, project_of, texts_of, words_of
from graph_model.estate.kinds.java import class_of
from graph_model.estate.sections import Said, Section
from graph_model.estate.yaml_lines import Scalar

KEYS = ("application", "class", "arguments", "conf", "packages", "files", "master")


def _read(section: Section, source: Source) -> dict[str, Any]:
    if isinstance(section.tree("spark"), Scalar):
        application = section.text("spark")
        return _of_application(section, application, source)
    said = section.section("spark", KEYS)
    if said is None:
        return {}
    application = said.text("application", required=True)
    main = class_of(said)
    if main and application and _suffix(application) == ".py":
        said.wrong(said.line("class"), "a Python application has no class")
    if not main and application and _suffix(application) == ".jar":
        said.wrong(application.line, f"{application.value} has no class", "name its main class: class: package.Main")
    return _of_application(said, application, source) | _more(said, main)


def _more(said: Section, main: str) -> dict[str, Any]:
    files, master = [one.value for one in said.texts("files")], said.text("master")
    more = {
        "class": main,
        "arguments": words_of(said, "arguments"),
        "conf": _conf(said),
        "packages": [one.value for one in said.texts("packages")],
        "files": files,
        "master": master.value if master else "",
    }
    application = said.text("application")
    code = [*([application.value] if application else []), *files]
    return {key: value for key, value in more.items() if value} | {"code": code}


def _conf(said: Section) -> dict[str, str]:
    conf = texts_of(said, "conf")
    for name, _ in said.entries("conf"):
        if not name.text.startswith("spark."):
            said.wrong(name.line, f"{name.text} is no setting of Spark", f"did you mean spark.{name.text}?")
    return conf


def _of_application(section: Section, application: Said[str] | None, source: Source) -> dict[str, Any]:
    if application is None:
        return {}
    if _suffix(application) not in (".py", ".jar"):
        section.wrong(application.line, f"{application.value} is no Spark application", "name a .py or a .jar")
    return {"application": application.value, "project": project_of(source), "code": [application.value]}


def _suffix(application: Said[str]) -> str:
    return Path(application.value).suffix


KIND = Kind("spark", _read)
