# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share.  TRYGG_SOURCE is the top of the source tree, TRYGG_PROGRAMS the folder of the programs, TRYGG_REAL
the folder of the real surveys."""

import csv
import importlib.util
import os
import pathlib
import subprocess
import tempfile
import unittest

import trygg

SOURCE = pathlib.Path(os.environ.get("TRYGG_SOURCE", pathlib.Path(__file__).parents[3]))
PROGRAMS = pathlib.Path(os.environ.get("TRYGG_PROGRAMS", SOURCE / "build" / "examples"))
REAL = pathlib.Path(os.environ.get("TRYGG_REAL") or SOURCE.parent / "shared" / "real")
SURVEYS = SOURCE / "examples" / "surveys"
GOLDEN = SOURCE / "tests" / "data" / "golden"


def installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


def read_rows(path: os.PathLike) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_columns(name: str) -> dict[str, list]:
    """A golden data set as columns: numbers where all cells are, else texts; empty cells are None."""
    rows = read_rows(GOLDEN / f"{name}.csv")
    columns: dict[str, list] = {}
    for column in rows[0]:
        cells = [row[column] for row in rows]
        try:
            columns[column] = [float(cell) if cell else None for cell in cells]
        except ValueError:
            columns[column] = [cell or None for cell in cells]
    return columns


def survey_of(**columns: str) -> trygg.Survey:
    """A survey of one wave, whose columns are given as `name="type role"`."""
    rows = [f"{kind.split()[0]},{name},{' '.join(kind.split()[1:])}" for name, kind in columns.items()]
    return trygg.Survey.build({"settings": "form_id,wave\nx,1\n", "survey": "\n".join(["type,name,role", *rows, ""])})


# Programs are run without what is preloaded into this interpreter.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


def run(name: str, survey: os.PathLike, data: os.PathLike, *options: str) -> str:
    """What a program prints."""
    command = [PROGRAMS / f"trygg-{name}", "--format", "csv", "--min-n", "0", *options, survey, data]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=ENVIRONMENT).stdout


class CountyCase(unittest.TestCase):
    """Tests with the county's survey."""

    path = SURVEYS / "county"

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run([PROGRAMS / "make-county", cls.folder.name], check=True, capture_output=True,
                       env=ENVIRONMENT)
        cls.data = os.path.join(cls.folder.name, "data.csv.gz")
        cls.survey = trygg.Survey(cls.path)
        cls.responses = cls.survey.read(cls.data)

    def program(self, name: str, *options: str) -> str:
        return run(name, self.path, self.data, *options)
