# SPDX-License-Identifier: GPL-3.0-or-later
"""The package against the programs and the frozen numbers, with every kind of input that is installed.

TRYGG_SOURCE is the top of the source tree, TRYGG_PROGRAMS the folder of the programs.
"""

import array
import csv
import gc
import importlib.util
import os
import pathlib
import pickle
import resource
import subprocess
import tempfile
import threading
import unittest

import trygg

SOURCE = pathlib.Path(os.environ.get("TRYGG_SOURCE", pathlib.Path(__file__).parents[3]))
PROGRAMS = pathlib.Path(os.environ.get("TRYGG_PROGRAMS", SOURCE / "build" / "examples"))
GOLDEN = SOURCE / "tests" / "data" / "golden"


def installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


def read_columns(name: str) -> dict[str, list]:
    """A golden data set as columns: numbers where all cells are, else texts; empty cells are None."""
    with open(GOLDEN / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, list] = {}
    for column in rows[0]:
        cells = [row[column] for row in rows]
        try:
            columns[column] = [float(cell) if cell else None for cell in cells]
        except ValueError:
            columns[column] = [cell or None for cell in cells]
    return columns


class County(unittest.TestCase):
    """The county's survey: the same text as the programs, to the last digit."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([PROGRAMS / "make-county", cls.folder.name], check=True, capture_output=True)
        cls.data = os.path.join(cls.folder.name, "data.csv.gz")
        cls.path = SOURCE / "examples" / "surveys" / "county"
        cls.survey = trygg.Survey(cls.path)
        cls.responses = cls.survey.read(cls.data)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def program(self, name: str, *options: str) -> str:
        command = [PROGRAMS / f"trygg-{name}", "--format", "csv", *options, self.path, self.data]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout

    def test_estimates_are_those_of_the_program(self) -> None:
        table = self.responses.estimate(by=["kommun", "kon"])
        self.assertEqual(table.publish(0).write("csv"), self.program("estimate", "--min-n", "0", "--by", "kommun,kon"))
        self.assertEqual(table.publish().write("csv"), self.program("estimate", "--by", "kommun,kon"))

    def test_the_index_is_that_of_the_program(self) -> None:
        table = self.responses.index(by="kommun")
        self.assertEqual(table.publish(0).write("csv"), self.program("index", "--min-n", "0", "--by", "kommun"))

    def test_trends_are_those_of_the_program(self) -> None:
        table = self.responses.trend(by="kommun")
        self.assertEqual(table.publish(0).write("csv"), self.program("trend", "--min-n", "0", "--by", "kommun"))

    def test_comparisons_are_those_of_the_program(self) -> None:
        table = self.responses.compare(["otrygg_kvall", "halsa_medel"], by="kommun")
        self.assertEqual(table.publish(0).write("csv"),
                         self.program("compare", "--min-n", "0", "--by", "kommun", "--indicator", "otrygg_kvall,halsa_medel"))
        table = self.responses.test_groups("otrygg_kvall", by="kommun", tests="rao_scott")
        self.assertEqual(table.publish(0).write("csv"), self.program("compare", "--min-n", "0", "--by", "kommun",
                                                                     "--indicator", "otrygg_kvall", "--test", "rao_scott"))

    def test_designs_are_those_of_the_program(self) -> None:
        for options, name in (({"calibrate": "rake"}, ["--calibrate", "rake"]),
                              ({"variance": "bootstrap:50", "seed": 7}, ["--variance", "bootstrap:50", "--seed", "7"])):
            table = self.responses.design(**options).estimate("otrygg_kvall", by="kommun")
            self.assertEqual(table.publish(0).write("csv"), self.program(
                "estimate", "--min-n", "0", "--by", "kommun", "--indicator", "otrygg_kvall", *name))
        sample = self.responses.design(calibrate="linear")
        self.assertGreater(len(sample.weights()), 0)
        self.assertGreater(len(sample.margins()), 0)

    def test_a_stream_gives_the_same(self) -> None:
        wanted = ["otrygg_kvall", "halsa_medel"]
        tables = {path.stem: path.read_text(encoding="utf-8") for path in self.path.glob("*.csv")}
        tables["settings"] = tables["settings"].replace("complete", "first")
        survey = trygg.Survey.build(tables)
        kept = survey.read(self.data).estimate(wanted, by="kommun")
        self.assertEqual(survey.stream(self.data, wanted, by="kommun").to_dict(), kept.to_dict())
        with self.assertRaises(trygg.Error):
            survey.stream(self.data, "boendetid_median")

    def test_a_change_is_the_contrast_of_its_waves(self) -> None:
        series = self.responses.estimate("otrygg_kvall", waves=["2020", "2024"])
        change = series.contrast({"2020 otrygg_kvall": -1, "2024 otrygg_kvall": 1})
        row = next(self.responses.trend("otrygg_kvall", tests="difference", waves=["2020", "2024"]).rows())
        self.assertEqual((change.estimate, change.se, change.p), (row["estimate"], row["se"], row["p"]))

    def test_covariance_has_the_squares_of_the_standard_errors(self) -> None:
        table = self.responses.estimate(["otrygg_kvall", "halsa_medel"], waves="2024", by="kon")
        matrix = table.cov_params()
        for row, se in enumerate(table.bse.values()):
            self.assertAlmostEqual(matrix[row][row] ** 0.5, se, delta=1e-12)
        self.assertEqual(matrix[0][1], matrix[1][0])

    def test_intervals_have_their_level(self) -> None:
        table = self.responses.estimate("otrygg_kvall", waves="2024")
        ((lower, upper),) = table.conf_int(0.05, "wald").values()
        ((narrow, _),) = table.conf_int(0.5, "wald").values()
        self.assertLess(lower, narrow)
        self.assertAlmostEqual((lower + upper) / 2, table.params["otrygg_kvall"], delta=1e-12)

    def test_what_is_shown_is_what_may_be_published(self) -> None:
        table = self.responses.estimate("ran", by=["delomrade", "kon"], waves="2024")
        self.assertIn("min_n 30", repr(table))
        self.assertIn("<table", table._repr_html_())
        hidden = [row for row in table.publish(100).rows() if row["flag"] and "suppressed" in row["flag"]]
        self.assertTrue(hidden)
        self.assertTrue(all(row["estimate"] is None for row in hidden))

    def test_the_account_adds_up(self) -> None:
        rows = [row for row in self.responses.account().rows() if not row["variable"]]
        count = {kind: sum(row["count"] for row in rows if row["account"] == kind) for kind in
                 ("read", "accepted", "duplicate", "rejected")}
        self.assertEqual(count["read"], count["accepted"] + count["duplicate"] + count["rejected"])
        self.assertEqual(count["accepted"], len(self.responses))
        self.assertIn("svarsandel", self.responses.rates().columns)

    def test_labels_come_in_two_languages(self) -> None:
        self.assertEqual(self.survey.label("kommun", "0360"), "Tierp")
        self.assertNotEqual(self.survey.label("otrygg_kvall"), self.survey.label("otrygg_kvall", language="en"))
        self.assertIn("otrygg_kvall", self.survey.indicators)
        self.assertIn("kommun", self.survey.variables)

    def test_a_model_has_its_coefficients(self) -> None:
        table = self.responses.model("otrygg_kvall", ["kon", "kommun"], waves="2024")
        self.assertIn("coefficient", table["part"])

    def test_progress_may_stop_the_work(self) -> None:
        class Stop(Exception):
            pass

        def stop(stage: str, done: int, total: int) -> None:
            raise Stop(stage)

        with self.assertRaises(Stop):
            self.survey.read(self.data, progress=stop)
        seen = []
        self.survey.read(self.data, progress=lambda *what: seen.append(what))
        self.assertTrue(seen)

    def test_threads_estimate_at_once(self) -> None:
        results = []
        sample = self.responses.design()
        threads = [
            threading.Thread(target=lambda: results.append(sample.estimate(by="kommun").to_dict())) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([result == results[0] for result in results], [True] * 4)


class Errors(unittest.TestCase):
    def test_an_error_says_where(self) -> None:
        with self.assertRaises(trygg.Error) as caught:
            trygg.Survey.build({"survey": "type,name\nselect_one nowhere,x\n", "settings": "form_id\nx\n"})
        self.assertGreater(caught.exception.line, 0)
        self.assertIn("nowhere", str(caught.exception))

    def test_an_error_pickles(self) -> None:
        error = trygg.Error("what", 6, "survey.csv", 3, 2, "name")
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((str(again), again.code, again.line), (str(error), trygg.Status.NAME, 3))
        self.assertEqual(str(again), "survey.csv:3:2: what")

    def test_a_name_has_its_nearest(self) -> None:
        design = trygg.Design(read_columns("apistrat"), stratum="stype", weight="pw", fpc="fpc")
        with self.assertRaises(trygg.Error) as caught:
            design.mean("api00", ci="logitt")
        self.assertEqual(caught.exception.code, trygg.Status.NAME)

    def test_what_is_no_data_is_refused(self) -> None:
        with self.assertRaises(TypeError):
            trygg.Design(3, weight="w").mean("x")
        with self.assertRaises(TypeError):
            trygg.Design({"w": [1.0], "x": [1.0]}, weight="w", threads_of="x").mean("x")
        with self.assertRaises(ValueError):
            trygg.Design({"w": [1.0], "x": [1.0, 2.0]}, weight="w").mean("x")


class Api(unittest.TestCase):
    """Data frames: the values of R's survey package, from every kind of input."""

    def near(self, found: dict, *expected: float) -> None:
        for value, wanted in zip(found.values(), expected, strict=True):
            self.assertAlmostEqual(value / wanted, 1, delta=1e-9)

    def check(self, data: object) -> None:
        design = trygg.Design(data, stratum="stype", weight="pw", fpc="fpc")
        mean = design.mean("api00")
        self.near(mean.params, 662.2873632)
        self.near(mean.bse, 9.408940803)
        total = design.total("enroll")
        self.near(total.params, 3687177.532)
        self.near(total.bse, 114641.7161)
        ratio = design.ratio("api_stu", "enroll")
        self.near(ratio.params, 0.8369568869)
        self.near(ratio.bse, 0.007757103167)
        share = design.share("sch_wide", of="Yes")
        self.near(share.params, 0.8279480114)
        self.near(dict(enumerate(share.conf_int(0.05, "beta").popitem()[1])), 0.7741713286, 0.8734315926)
        self.assertEqual(design.share("sch_wide", by="comp_imp").params["Yes sch_wide=Yes"],
                         design.share("sch_wide", of="Yes", where="comp_imp=Yes").params["sch_wide_share"])
        self.near(design.quantile("api00", 0.25).params, 565)
        self.near(design.mean("enroll", where="comp_imp=Yes").bse, 22.30033393)

    def test_a_mapping_of_lists(self) -> None:
        self.check(read_columns("apistrat"))

    def test_a_mapping_of_arrays(self) -> None:
        columns = read_columns("apistrat")
        numbers = {name: array.array("d", cells) for name, cells in columns.items()
                   if all(isinstance(cell, float) for cell in cells)}
        self.assertGreater(len(numbers), 5)
        self.check(columns | numbers)

    def test_a_path(self) -> None:
        self.check(GOLDEN / "apistrat.csv")

    @unittest.skipUnless(installed("numpy"), "without numpy")
    def test_numpy(self) -> None:
        import numpy

        self.check({name: numpy.array(cells, dtype=float) if isinstance(cells[0], float) else cells
                    for name, cells in read_columns("apistrat").items()})

    @unittest.skipUnless(installed("pandas"), "without pandas")
    def test_pandas(self) -> None:
        import pandas

        frame = pandas.DataFrame(read_columns("apistrat"))
        self.check(frame)
        self.check(frame.assign(stype=frame["stype"].astype("category")))
        self.check({name: frame[name].iloc[::-1].iloc[::-1] for name in frame})
        strided = pandas.DataFrame(frame.select_dtypes("number").to_numpy(), columns=frame.select_dtypes("number").columns)
        self.check(strided.assign(stype=frame["stype"], sch_wide=frame["sch_wide"].astype(object),
                                  comp_imp=frame["comp_imp"].astype("category")))

    @unittest.skipUnless(installed("polars"), "without polars")
    def test_polars(self) -> None:
        import polars

        frame = polars.DataFrame(read_columns("apistrat"))
        self.check(frame)
        self.check(frame.with_columns(polars.col("stype").cast(polars.Categorical)))
        self.check(polars.concat([frame[:77], frame[77:]], rechunk=False))
        self.assertEqual(trygg.Design(frame, weight="pw").mean("api00").to_polars().height, 1)

    @unittest.skipUnless(installed("pyarrow"), "without pyarrow")
    def test_pyarrow(self) -> None:
        import pyarrow

        table = pyarrow.table(read_columns("apistrat"))
        self.check(table)
        self.check(pyarrow.concat_tables([table.slice(0, 13), table.slice(13, 0), table.slice(13)]))
        dictionary = table.set_column(table.schema.get_field_index("stype"), "stype", table["stype"].dictionary_encode())
        self.check(dictionary)
        result = trygg.Design(table, weight="pw").mean("api00", by="stype").to_arrow()
        self.assertEqual(result.num_rows, 4)
        self.assertEqual(result["stype"].null_count, 1)

    @unittest.skipUnless(installed("duckdb", "pyarrow"), "without duckdb")
    def test_duckdb(self) -> None:
        import duckdb
        import pyarrow

        rows = pyarrow.table(read_columns("apistrat"))
        self.assertEqual(rows.num_rows, 200)
        self.check(duckdb.sql("select * from rows"))
        result = trygg.Design(rows, weight="pw").mean("api00", by="stype").to_arrow()
        self.assertEqual(result.num_rows, 4)
        self.assertEqual(duckdb.sql("select count(*), count(stype) from result").fetchall(), [(4, 3)])

    def test_missing_cells_are_missing(self) -> None:
        design = trygg.Design({"w": [1.0, 1.0, 2.0], "x": [1.0, None, 4.0], "g": ["å", None, "ö"]}, weight="w")
        mean = design.mean("x", by="g")
        self.assertEqual(mean["n"], [2, 1, 1])
        self.assertEqual(mean.params, {"x": 3.0, "å x": 1.0, "ö x": 4.0})

    def test_nothing_is_kept_of_many_imports(self) -> None:
        columns = {"w": array.array("d", [1.0] * 100), "x": array.array("d", [2.0] * 100)}
        survey = trygg.Survey.build({"settings": "form_id,wave\nx,1\n", "survey": "type,name,role\ndecimal,w,weight\ndecimal,x,\n"})
        used = []
        for count in range(10000):
            survey.read(columns).estimate("x").to_dict()
            if count % 2500 == 2499:
                gc.collect()
                used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        self.assertLess(used[-1] - used[0], 4096)


class Registries(unittest.TestCase):
    def test_registries_are_those_of_the_library(self) -> None:
        self.assertIn("share", trygg.indicator_types())
        self.assertIn("logit", trygg.intervals())
        self.assertIn("linear", trygg.tests())
        self.assertIn("suppressed", trygg.flags())
        self.assertIn("csv-sv", trygg.formats())
        self.assertIn("logistic", trygg.families())
        self.assertIn("rest", trygg.registry("against"))
        self.assertIn("rake", trygg.registry("calibration"))


if __name__ == "__main__":
    unittest.main()
