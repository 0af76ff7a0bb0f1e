# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of data frame, in and out."""

import array
import datetime
import gc
import itertools
import os
import pathlib
import unittest

import trygg
from support import GOLDEN, installed, read_columns, survey_of


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


# Cells of a wave that every library must hand over alike: missing ones, and letters that are no ASCII.
TEXTS = ["å", None, "ä ö", "", "å", "日本", "x" * 40]
COUNTS = {"å": 2, "ä ö": 1, "日本": 1, "x" * 40: 1}
NUMBERS = [1, None, 3, 4, 100, 6, 127]
WEIGHTS = [1.0, 2.0, 1.0, 1.0, 0.5, 1.0, 3.0]
MEAN = (1 + 3 + 4 + 50 + 6 + 381) / 7.5
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


class RoundTrips(unittest.TestCase):
    """Data that all libraries can hold come in with the same meaning, and tables go out with it."""

    survey = survey_of(w="decimal weight", x="decimal", g="text domain")

    def check(self, data: object) -> None:
        responses = self.survey.read(data)
        codes = responses.codes("g")
        self.assertEqual(dict(zip(codes["code"], codes["n"])), COUNTS)
        table = responses.estimate("x", by="g")
        self.assertAlmostEqual(table.params["x"], MEAN, delta=1e-12)
        self.assertEqual(table.params["å x"], (1 + 50) / 1.5)
        self.assertEqual(table["n"][0], 6)

    def out(self, table: trygg.Table, columns: dict[str, list]) -> None:
        self.assertEqual(list(columns), table.columns)
        for name, cells in columns.items():
            for met, cell in zip(cells, table[name], strict=True):
                missing = met is None or met != met
                self.assertEqual(None if missing else met, cell, name)

    def result(self) -> trygg.Table:
        return self.survey.read({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS}).estimate("x", by="g")

    def test_plain_columns(self) -> None:
        self.check({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS})
        self.check({"w": tuple(WEIGHTS), "x": NUMBERS, "g": tuple(TEXTS), "not wanted": [[]] * 7})
        numbers = array.array("b", [number or 0 for number in NUMBERS])
        responses = self.survey.read({"w": array.array("f", WEIGHTS), "x": numbers, "g": TEXTS})
        self.assertAlmostEqual(responses.estimate("x").params["x"], MEAN * 7.5 / 9.5, delta=1e-12)

    @unittest.skipUnless(installed("numpy"), "without numpy")
    def test_numpy(self) -> None:
        import numpy

        numbers = numpy.array([numpy.nan if number is None else number for number in NUMBERS])
        texts = numpy.array(TEXTS, dtype=object)
        self.check({"w": numpy.array(WEIGHTS), "x": numbers, "g": texts})
        wide = numpy.column_stack([WEIGHTS, numbers, numbers])
        self.check({"w": wide[:, 0], "x": wide[:, 1], "g": texts})
        self.check({"w": numpy.array(WEIGHTS)[::-1][::-1], "x": numbers.astype("float16"), "g": texts})
        self.check({"w": numpy.array(WEIGHTS).astype(">f8"), "x": numbers.astype("float32"), "g": texts})
        valid = [place for place, number in enumerate(NUMBERS) if number is not None]
        for kind in INTEGERS:
            with self.subTest(kind):
                responses = self.survey.read({"w": numpy.array(WEIGHTS)[valid], "x": numbers[valid].astype(kind),
                                              "g": texts[valid]})
                self.assertAlmostEqual(responses.estimate("x").params["x"], MEAN, delta=1e-12)
        truth = self.survey.read({"w": WEIGHTS, "x": numpy.array(NUMBERS) == 3, "g": TEXTS})
        self.assertAlmostEqual(truth.estimate("x").params["x"], 1 / 9.5, delta=1e-12)

    @unittest.skipUnless(installed("pandas"), "without pandas")
    def test_pandas(self) -> None:
        import pandas

        frame = pandas.DataFrame({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS})
        self.check(frame)
        self.check(frame.assign(g=frame["g"].astype(object)))
        self.check(frame.assign(g=frame["g"].astype("category"), x=frame["x"].astype("Int16")))
        self.check(frame.assign(g=frame["g"].astype("string"), x=frame["x"].astype("Float32")))
        self.check(frame.set_index(pandas.Index([3, 3, 1, 9, 0, 2, 4])))
        self.check(dict(frame.set_index(pandas.Index([3, 3, 1, 9, 0, 2, 4])).items()))
        if installed("pyarrow"):
            self.check(frame.convert_dtypes(dtype_backend="pyarrow"))
        self.out(self.result(), self.result().to_pandas().to_dict("list"))

    @unittest.skipUnless(installed("polars"), "without polars")
    def test_polars(self) -> None:
        import polars

        frame = polars.DataFrame({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS})
        self.check(frame)  # its texts are string views
        self.check(frame.with_columns(polars.col("g").cast(polars.Categorical)))
        self.check(frame.with_columns(polars.col("g").cast(polars.Enum(sorted(set(TEXTS) - {None})))))
        self.check(polars.concat([frame[:2], frame[2:2], frame[2:]], rechunk=False))
        self.check({name: frame[name] for name in frame.columns})
        for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32"):
            with self.subTest(kind):
                self.check(frame.with_columns(polars.col("x").cast(getattr(polars, kind))))
        self.out(self.result(), self.result().to_polars().to_dict(as_series=False))

    @unittest.skipUnless(installed("pyarrow"), "without pyarrow")
    def test_pyarrow(self) -> None:
        import pyarrow

        table = pyarrow.table({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS})

        def cast(column: str, kind: object) -> object:
            return table.set_column(table.schema.get_field_index(column), column, table[column].cast(kind))

        for kind in INTEGERS + ["float", "double"]:
            with self.subTest(kind):
                self.check(cast("x", getattr(pyarrow, {"float": "float32", "double": "float64"}.get(kind, kind))()))
        for kind in (pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()):
            with self.subTest(str(kind)):
                self.check(cast("g", kind))
        self.check(cast("x", pyarrow.decimal128(30, 2)))
        for indices in (pyarrow.int8(), pyarrow.int16(), pyarrow.int32(), pyarrow.int64()):
            with self.subTest(f"dictionary of {indices}"):
                self.check(cast("g", pyarrow.dictionary(indices, pyarrow.string())))
        # Each chunk has a dictionary of its own, in another order.
        chunks = [pyarrow.array(part, pyarrow.string()).dictionary_encode() for part in (TEXTS[:3], [], TEXTS[3:])]
        self.check(table.set_column(2, "g", pyarrow.chunked_array(chunks)).combine_chunks())
        reader = pyarrow.RecordBatchReader.from_batches(
            pyarrow.schema({"w": pyarrow.float64(), "x": pyarrow.int64(), "g": pyarrow.dictionary(pyarrow.int32(), pyarrow.string())}),
            (pyarrow.record_batch({"w": pyarrow.array(WEIGHTS[a:b], pyarrow.float64()), "x": pyarrow.array(NUMBERS[a:b], pyarrow.int64()),
                                   "g": pyarrow.array(TEXTS[a:b], pyarrow.string()).dictionary_encode()})
             for a, b in itertools.pairwise((0, 1, 4, 4, 7))))
        self.check(reader)
        self.check(pyarrow.concat_tables([table.slice(0, 3), table.slice(3, 0), table.slice(3)]))
        padded = pyarrow.concat_tables([table, table, table])
        self.check(padded.combine_chunks().slice(7, 7))  # offsets that are no bytes
        self.out(self.result(), self.result().to_arrow().to_pydict())

    @unittest.skipUnless(installed("pyarrow"), "without pyarrow")
    def test_dates(self) -> None:
        import pyarrow

        survey = trygg.Survey.build({"settings": "form_id,wave\nx,1\n",
                                     "survey": "type,name,role\ndecimal,w,weight\ndate,d,date\ndecimal,x,\n"})
        days = [datetime.date(2024, 9, 1), None, datetime.date(2024, 10, 31)]
        table = pyarrow.table({"w": [1.0] * 3, "x": [1.0] * 3, "d": days})
        accounts = [survey.read(table).account().to_dict()]
        accounts += [survey.read(table.set_column(2, "d", table["d"].cast(pyarrow.timestamp(unit)))).account().to_dict()
                     for unit in ("s", "ms", "us", "ns")]
        if installed("pandas"):
            import pandas

            accounts.append(survey.read(pandas.DataFrame({"w": [1.0] * 3, "x": 1, "d": pandas.to_datetime(days)})).account().to_dict())
        self.assertIn("2024-10-31", accounts[0]["reason"])
        self.assertTrue(all(account == accounts[0] for account in accounts))

    @unittest.skipUnless(installed("duckdb", "pyarrow"), "without duckdb")
    def test_duckdb(self) -> None:
        import duckdb
        import pyarrow

        rows = pyarrow.table({"w": WEIGHTS, "x": NUMBERS, "g": TEXTS})
        self.assertEqual(rows.num_rows, 7)
        self.check(duckdb.sql("select * from rows"))
        self.check(duckdb.sql("select w, x::utinyint x, g from rows"))
        kinds = ", ".join(f"'{text}'" for text in COUNTS)
        self.check(duckdb.sql(f"select w, x, nullif(g, '')::enum({kinds}) g from rows"))
        result = self.result()
        found = duckdb.sql("select * from result").fetchall()
        self.out(result, dict(zip(result.columns, map(list, zip(*found)))))


@unittest.skipIf("asan" in os.environ.get("LD_PRELOAD", ""), "AddressSanitizer keeps what is freed")
class Memory(unittest.TestCase):
    """Imports leave nothing behind."""

    survey = survey_of(w="decimal weight", x="decimal", g="text domain")

    def resident(self) -> int:
        gc.collect()
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4

    def repeat(self, data: object, times: int) -> None:
        used = []
        for count in range(times):
            self.survey.read(data)
            if count % 50 == 0:
                self.survey.read(data).estimate("x", by="g").to_dict()
            if count in (times // 4, times - 1):
                used.append(self.resident())
        self.assertLess(used[1] - used[0], 1024, "KiB more after three quarters of the imports")

    @unittest.skipUnless(pathlib.Path("/proc/self/statm").exists(), "without /proc")
    def test_nothing_is_kept_of_many_imports(self) -> None:
        self.repeat({"w": array.array("d", WEIGHTS), "x": NUMBERS, "g": TEXTS}, 10000)

    @unittest.skipUnless(pathlib.Path("/proc/self/statm").exists() and installed("pyarrow"), "without pyarrow")
    def test_nothing_is_kept_of_many_arrow_imports(self) -> None:
        import pyarrow

        self.repeat(pyarrow.table({"w": WEIGHTS, "x": NUMBERS, "g": pyarrow.array(TEXTS).dictionary_encode()}), 10000)

    def test_what_failed_is_not_kept(self) -> None:
        for _ in range(200):
            with self.assertRaises(trygg.Error):
                self.survey.read({"w": array.array("d", WEIGHTS), "x": NUMBERS, "g": [1, "x", None, 1, 1, 1, 1]})
            with self.assertRaises(trygg.Error):
                self.survey.read({"w": [-1.0] * 7, "x": NUMBERS, "g": TEXTS})


if __name__ == "__main__":
    unittest.main()
