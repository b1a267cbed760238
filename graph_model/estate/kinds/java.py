"""`java: {jar: path}` or `java: {class: package.Main, classpath: [path, …]}`: a program of its own on a JVM."""

from __future__ import annotations

import re
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, project_of, size_of, words_of
from graph_model.estate.sections import Section

KEYS = ("jar", "class", "classpath", "arguments", "jvm")
JVM_KEYS = ("heap", "direct", "options")
CLASS_NAME = re.compile(r"^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$")


def _read(section: Section, source: Source) -> dict[str, Any]:
    said = section.section("java", KEYS)
    if said is None:
        return {}
    jar, classpath = said.text("jar"), [one.value for one in said.texts("classpath")]
    main = class_of(said)
    _tell_what_is_missing(said, has_jar=jar is not None, main=main, classpath=classpath)
    return {
        "jar": jar.value if jar else "",
        "class": main,
        "classpath": classpath,
        "arguments": words_of(said, "arguments"),
        **_jvm(said),
        "code": [jar.value] if jar else [entry.removesuffix("/*") for entry in classpath],
        "project": project_of(source),
    }


def class_of(said: Section) -> str:
    """The main class; empty where none is said."""
    main = said.text("class")
    if main is None:
        return ""
    if not CLASS_NAME.match(main.value):
        said.wrong(main.line, f"{main.value!r} is no Java class", "write package.Main")
    return main.value


def _tell_what_is_missing(said: Section, *, has_jar: bool, main: str, classpath: list[str]) -> None:
    if has_jar and (main or classpath):
        said.wrong(said.line("jar"), "says a jar and a class path", "a jar brings both along: keep one of them")
    elif not has_jar and not main:
        said.wrong(said.start, "does not say what to run", "add jar, or class and classpath")
    elif main and not classpath:
        said.wrong(said.line("class"), "has no classpath", "name the jars and folders that the class is found in")


def _jvm(said: Section) -> dict[str, Any]:
    jvm = said.section("jvm", JVM_KEYS)
    if jvm is None:
        return {}
    found = {"heap": size_of(jvm, "heap"), "direct": size_of(jvm, "direct"), "options": words_of(jvm, "options")}
    for option in found["options"] or ():
        if not option.startswith("-"):
            jvm.wrong(jvm.line("options"), f"{option!r} is no option of a JVM", "options begin with -")
    return {key: value for key, value in found.items() if value}


KIND = Kind("java", _read)
