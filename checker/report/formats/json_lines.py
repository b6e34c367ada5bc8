"""Cases as JSON lines: one object a line, keys as in the contract."""

import json
from collections.abc import Iterable
from typing import TextIO

from checker.report.formats.columns import Row, said


def write_json_lines(rows: Iterable[Row], stream: TextIO, language: str) -> None:
    """Write one JSON object a line; messages in one language."""
    for row in rows:
        findings = [
            {
                **finding,
                "message": said(finding["message"], language),
                "basis": [said(basis, language) for basis in finding["basis"]],
                "repair": said(finding["repair"], language),
            }
            for finding in row["findings"]
        ]
        stream.write(json.dumps({**row, "findings": findings}, ensure_ascii=False) + "\n")
