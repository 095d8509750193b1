"""Makes notebooks/: what nbformat and jupyter_server read, write and refuse.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install nbformat==5.11.1 jupyter_server==2.21.1
    /tmp/golden/bin/python test/golden/make_notebooks.py

notebooks/NAME.json    what a browser sends to the server on saving (numbers as JavaScript prints them)
notebooks/NAME.ipynb   the bytes that the server's contents manager then writes
notebooks/tables.json  line ends, split strings, numbers, sorted keys, and nbformat's verdict on (in)valid notebooks
"""

import copy
import json
import random
import struct
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import nbformat
from jupyter_server.services.contents.filemanager import FileContentsManager

HERE = Path(__file__).parent / "notebooks"
ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def code(source="", outputs=(), count=None, id="c", **extra):
    return {"cell_type": "code", "id": id, "metadata": {}, "source": source, "outputs": list(outputs),
            "execution_count": count, **extra}


def text_cell(kind, source="", id="t", **extra):
    return {"cell_type": kind, "id": id, "metadata": {}, "source": source, **extra}


def notebook(*cells, metadata=None, minor=5):
    return {"metadata": metadata or {}, "nbformat": 4, "nbformat_minor": minor, "cells": list(cells)}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(data, metadata=None):
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


ODD_LINES = "".join(f"{i}{end}" for i, end in enumerate([*ENDS, "\r\n", "\n\r", ""])) + "\n\n"

NOTEBOOKS = {
    "empty": notebook(),
    "plain": notebook(
        text_cell("markdown", "# Title\n\nText with *stars*.", id="title"),
        text_cell("raw", "raw\n", id="raw", metadata={"format": "text/x-rst", "raw_mimetype": "x"}),
        code("const x = 1\nx + 1", [stream("hello\nworld\n"), stream("oh\n", "stderr"),
                                    {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {},
                                     "execution_count": 3}], 3, id="sum", metadata={"tags": ["a", "b"], "label": "sum"}),
        code("throw 1", [{"output_type": "error", "ename": "Error", "evalue": "1",
                          "traceback": ["\x1b[31mError\x1b[0m: 1", "line\nbreak"]}], 4, id="error"),
        code(id="blank"),
        metadata={"kernelspec": {"display_name": "TypeScript (Gradlab)", "language": "typescript", "name": "gradlab"},
                  "language_info": {"file_extension": ".ts", "mimetype": "text/x-typescript", "name": "typescript",
                                    "version": "7.0.2"}, "title": "Ünïcode \U0001F427"},
    ),
    "lines": notebook(
        text_cell("markdown", ODD_LINES),
        code(ODD_LINES, [stream(ODD_LINES), display({
            "text/plain": ODD_LINES, "text/html": "<b>\n</b>", "text/latex": "", "application/javascript": "a\nb",
            "image/svg+xml": "<svg>\n</svg>", "image/png": "aGk=\naGk=\n", "application/pdf": "a\nb",
            "application/vnd.vega.v5+json": {"text": "a\nb"}, "application/json": "a\nb", "application/x+json": ["a\n", "b"],
            "application/geo+json": ["a"], "video/mp4": "a\nb", "x/y": "a\nb"})], id="out"),
    ),
    "attachments": notebook(
        text_cell("markdown", "![x](attachment:x.png)", attachments={
            "x.png": {"image/png": "aGk="}, "y.txt": {"text/plain": "a\nb\n"}}),
        text_cell("raw", "", id="raw", attachments={}),
    ),
    "strings": notebook(
        code("".join(map(chr, range(0x20))) + "\"\\/\x7f\x80\xa0\u2027\u2028\ufeff\ufffd\U0001F427\U0010FFFF"),
        metadata={"b": 1, "a": 1, "B": 1, "A": 1, "10": 1, "9": 1, "": 1, "é": 1, "\U0001F427": 1, "\ufffd": 1,
                  "\ue000": 1, "\ud7ff": 1, "a\U00010000": 1, "a\uffff": 1, "aa": 1, "constructor": {"__proto__": {"x": 1}},
                  "toString": None, "nested": {"z": [[], {}, [{}], {"a": []}], "y": True, "x": False}},
    ),
    "transient": notebook(
        code("1", metadata={"trusted": True, "collapsed": False}), text_cell("markdown", "", metadata={"trusted": False}),
        metadata={"orig_nbformat": 3, "orig_nbformat_minor": 2, "signature": "x", "kept": 1},
    ),
}


def javascript_numbers():
    """(as JavaScript prints it, as Python prints it back) for doubles of all kinds."""
    rows = [[text, json.dumps(json.loads(text))] for text in (
        "0", "1", "-1", "0.1", "-0.5", "1e-7", "1.5e-7", "0.000001", "0.0000015", "0.00001", "0.00009999", "0.0001",
        "0.00012345678901234567"[:22], "123456789012345680000", "999999999999999900000", "1e+21", "1.5e+300", "1e+100",
        "5e-324", "2.2250738585072014e-308", "1.7976931348623157e+308", "9007199254740991", "9007199254740992",
        "0.30000000000000004", "1234567.891", "4503599627370495.5", "-1e-10", "-1e+22")]
    return rows


def random_doubles(generator, count):
    """(bits, as Python prints the number that JavaScript would send)."""
    rows = []
    while len(rows) < count:
        if len(rows) % 2:
            value = struct.unpack("<d", generator.randbytes(8))[0]
        else:
            value = round(generator.uniform(-1, 1) * 10 ** generator.randint(-9, 23), generator.randint(0, 9))
        if value != value or abs(value) == float("inf"):
            continue
        sent = int(value) if value.is_integer() and abs(value) < 1e21 else value
        # JavaScript sends the shortest digits that give the double back, padded with zeros; int() has all of them.
        if isinstance(sent, int) and abs(sent) > 2**53:
            digits, exponent = repr(value).split("e") if "e" in repr(value) else (repr(value).removesuffix(".0"), "0")
            whole, _, fraction = digits.partition(".")
            sent = int(whole + fraction) * 10 ** (int(exponent) - len(fraction))
        rows.append([struct.pack(">d", value).hex(), json.dumps(sent)])
    return rows


def split_strings(generator, count):
    alphabet = ENDS + "ab \n\r\n\0é\u2027\U0001F427\x1b\x1f\x84\u200b"
    texts = ["", "a", "\n", "a\n", "a\r\nb", "\r\n\r\n", "\n\r"]
    texts += ["".join(generator.choices(alphabet, k=generator.randint(0, 12))) for _ in range(count)]
    return [[text, text.splitlines(True)] for text in texts]


def verdicts():
    """Changes of a valid notebook, each with whether nbformat still takes it."""
    base = notebook(code("x", id="a"), text_cell("markdown", "y", id="b"), text_cell("raw", "z", id="c"))
    rows = []

    def case(name, change):
        nb = copy.deepcopy(base)
        at = nb
        for key in change["path"][:-1]:
            at = at[key]
        if "value" in change:
            at[change["path"][-1]] = change["value"]
        else:
            del at[change["path"][-1]]
        rows.append({"name": name, "valid": is_valid(nb), **change})

    def put(*path_and_value):
        *path, value = path_and_value
        return {"path": path, "value": value}

    def drop(*path):
        return {"path": path}

    case("the base", put("nbformat_minor", 5))
    case("no cells", put("cells", []))
    for key in ("metadata", "cells"):
        case(f"without {key}", drop(key))
        for bad in (None, 1, "x", {} if key == "cells" else []):
            case(f"{key} is {json.dumps(bad)}", put(key, bad))
    case("an unknown key", put("extra", 1))
    case("an unknown key in metadata", put("metadata", "extra", {"a": [1]}))
    for cell in range(3):
        for key in ("metadata", "source", "cell_type", "outputs", "execution_count"):
            if key in base["cells"][cell]:
                case(f"cell {cell} without {key}", drop("cells", cell, key))
                case(f"cell {cell}: {key} is 1.5", put("cells", cell, key, 1.5))
            else:
                case(f"cell {cell} with {key}", put("cells", cell, key, []))
        case(f"cell {cell}: an unknown key", put("cells", cell, "extra", 1))
        case(f"cell {cell}: source is a list", put("cells", cell, "source", ["a\n", "b"]))
        case(f"cell {cell}: source is a list of numbers", put("cells", cell, "source", ["a\n", 1]))
        case(f"cell {cell}: attachments", put("cells", cell, "attachments", {"x": {"text/plain": "y"}}))
        case(f"cell {cell}: attachments of no bundles", put("cells", cell, "attachments", {"x": "y"}))
        for tags in ([], ["a", "b"], ["a", "a"], ["a,b"], [""], [1], "a", None):
            case(f"cell {cell}: tags {json.dumps(tags)}", put("cells", cell, "metadata", "tags", tags))
        for name in ("x", "", 1, None):
            case(f"cell {cell}: name {json.dumps(name)}", put("cells", cell, "metadata", "name", name))
        for jupyter in ({}, {"source_hidden": True}, {"source_hidden": "x"}, [], "x"):
            case(f"cell {cell}: jupyter {json.dumps(jupyter)}", put("cells", cell, "metadata", "jupyter", jupyter))
        for key, values in {"collapsed": (True, "x"), "scrolled": (True, "auto", "x", 1), "format": ("x", 1),
                            "execution": ({}, {"iopub.status.busy": "x"}, {"a": 1}, [])}.items():
            for value in values:
                case(f"cell {cell}: {key} {json.dumps(value)}", put("cells", cell, "metadata", key, value))
        for id in ("a b", "", "x" * 64, "x" * 65, "ä", "A-z_09", 1, None):
            case(f"cell {cell}: id {json.dumps(id)}", put("cells", cell, "id", id))
    case("a cell that is no object", put("cells", 0, "x"))
    case("a cell of another type", put("cells", 0, "cell_type", "heading"))
    for count in (0, 1, -1, 1.5, "1", None, True):
        case(f"execution_count {json.dumps(count)}", put("cells", 0, "execution_count", count))
    good = {
        "stream": stream("x"),
        "display_data": display({"text/plain": "x", "application/json": {"a": 1}}),
        "execute_result": {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": None},
        "error": {"output_type": "error", "ename": "", "evalue": "", "traceback": []},
    }
    for name, output in good.items():
        case(f"{name}", put("cells", 0, "outputs", [output]))
        case(f"{name} with an unknown key", put("cells", 0, "outputs", [{**output, "extra": 1}]))
        for key in output:
            case(f"{name} without {key}", put("cells", 0, "outputs", [{k: v for k, v in output.items() if k != key}]))
            for bad in (1, "x", [1], {"a": 1}, ["a"], None):
                case(f"{name}: {key} is {json.dumps(bad)}", put("cells", 0, "outputs", [{**output, key: bad}]))
    for mime in ("text/plain", "application/json", "application/x+json", "application/+json", "image/x+json", "application/xjson"):
        for data in ("x", ["a", "b"], {"a": 1}, 1, None, [1]):
            case(f"{mime} is {json.dumps(data)}", put("cells", 0, "outputs", [display({mime: data})]))
    for key, values in {
        "kernelspec": ({"name": "x", "display_name": "y"}, {"name": "x"}, {"display_name": "x"}, {}, "x",
                       {"name": 1, "display_name": "y"}, {"name": "x", "display_name": "y", "language": 1}),
        "language_info": ({"name": "x"}, {}, {"name": 1}, {"name": "x", "codemirror_mode": 1},
                          {"name": "x", "codemirror_mode": {}}, {"name": "x", "version": 1}, {"name": "x", "mimetype": 1},
                          {"name": "x", "file_extension": None}, {"name": "x", "pygments_lexer": []}),
        "title": ("x", 1), "authors": ([], [{"name": "x"}], ["x"], {}), "signature": (1,),
    }.items():
        for value in values:
            case(f"metadata {key} {json.dumps(value)}", put("metadata", key, value))
    case("without an id", drop("cells", 0, "id"))
    case("an id twice", put("cells", 0, "id", "b"))
    return {"base": base, "changes": rows}


def is_valid(nb):
    nb = copy.deepcopy(nb)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nbformat.validate(nbformat.from_dict(nb))
    except Exception:
        return False
    return True


def javascript(value):
    """JSON as JavaScript prints it; the notebooks above hold integers only."""
    return json.dumps(value, indent=2, sort_keys=False) + "\n"


def main():
    HERE.mkdir(exist_ok=True)
    for name, content in NOTEBOOKS.items():
        (HERE / f"{name}.json").write_text(javascript(content))
        with tempfile.TemporaryDirectory() as root:
            manager = FileContentsManager(root_dir=root)
            manager.notary.db_file = ":memory:"
            manager.save({"type": "notebook", "format": "json", "content": json.loads(javascript(content))}, "x.ipynb")
            (HERE / f"{name}.ipynb").write_bytes((Path(root) / "x.ipynb").read_bytes())
    generator = random.Random(20261122)
    tables = {
        "made": {"by": "test/golden/make_notebooks.py", "python": sys.version.split()[0],
                 **{name: version(name) for name in ("nbformat", "jupyter_server")}},
        "lineEnds": [c for c in range(0x110000) if len(f"a{chr(c)}b".splitlines()) > 1],
        "splits": split_strings(generator, 200),
        "numbers": javascript_numbers(),
        "doubles": random_doubles(generator, 300),
        "verdicts": verdicts(),
    }
    (HERE / "tables.json").write_text(json.dumps(tables, indent=1) + "\n")
    print(len(NOTEBOOKS), "notebooks,", len(tables["verdicts"]["changes"]), "verdicts")


main()
