# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do wrong."""

import array
import importlib
import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import unittest

import trygg
from support import CountyCase, installed, read_columns, survey_of


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
        self.assertEqual(str(again), "survey.csv:3:2 (name): what")

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
        with self.assertRaisesRegex(TypeError, "give a list or an array"):
            trygg.Design({"w": [1.0], "x": {1.0}}, weight="w").mean("x")
        with self.assertRaisesRegex(TypeError, "no list or array"):
            trygg.Design({"w": [1.0], "x": "1"}, weight="w").mean("x")

    def fails(self, code: trygg.Status, *words: str, data: object, call: str = "mean", what: str = "x", **design: str) -> None:
        with self.assertRaises(trygg.Error) as caught:
            getattr(trygg.Design(data, **design), call)(what)
        self.assertEqual(caught.exception.code, code, caught.exception)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_a_wrong_column_is_named(self) -> None:
        columns = read_columns("apistrat")
        self.fails(trygg.Status.NAME, "pww", data=columns, what="api00", weight="pww")
        self.fails(trygg.Status.NAME, "stratumm", data=columns, what="api00", stratum="stratumm")
        self.fails(trygg.Status.NAME, "api0", "api00", data=columns, what="api0", weight="pw")
        self.fails(trygg.Status.NAME, "population", "they have", data={"w": [1.0]}, what="population", weight="w")
        for library in ("pandas", "polars"):
            if installed(library):
                frame = importlib.import_module(library).DataFrame(columns)
                self.fails(trygg.Status.NAME, "is it `pw`?", data=frame, what="api00", weight="pww")
        with self.assertRaisesRegex(trygg.Error, "otrygg_kval"):
            trygg.Survey.build({"settings": "form_id,wave\nx,1\n", "survey": "type,name\ndecimal,otrygg_kvall\n"}).read(
                {"otrygg_kvall": [1.0]}).estimate("otrygg_kval")

    def test_a_factor_is_no_weight(self) -> None:
        columns = read_columns("apistrat")
        self.fails(trygg.Status.DATA, "stype", data=columns, what="api00", weight="stype")
        if installed("pandas"):
            import pandas

            frame = pandas.DataFrame(columns)
            frame["stype"] = frame["stype"].astype("category")
            self.fails(trygg.Status.DATA, "stype", data=frame, what="api00", weight="stype")

    def test_columns_have_one_length(self) -> None:
        with self.assertRaisesRegex(ValueError, "column `x` has 2 rows, the first column has 1"):
            trygg.Design({"w": [1.0], "x": [1.0, 2.0]}, weight="w").mean("x")
        with self.assertRaisesRegex(ValueError, "rows"):
            trygg.Design({"w": array.array("d", [1.0, 1.0]), "x": array.array("d")}, weight="w").mean("x")

    def test_cells_are_numbers_or_texts(self) -> None:
        for cells in ([1.0, "a"], ["a", 1.0], [[1], [2]], [1.0, object()]):
            self.fails(trygg.Status.UNSUPPORTED, "x", "cast", data={"w": [1.0, 1.0], "x": cells}, weight="w")
        if installed("numpy"):
            import numpy

            with self.assertRaisesRegex(ValueError, "2 dimensions"):
                trygg.Design({"w": numpy.ones(2), "x": numpy.ones((2, 2))}, weight="w").mean("x")

    def test_records_without_weight_are_counted(self) -> None:
        data = {"w": [1.0, None, 2.0], "x": [1.0, 5.0, 4.0]}
        with self.assertWarnsRegex(trygg.DataWarning, "1 of 3 records.*no_weight"):
            mean = trygg.Design(data, weight="w").mean("x")
        self.assertEqual(mean.params, {"x": 3.0})
        self.fails(trygg.Status.DATA, "negative", data={"w": [-1.0], "x": [1.0]}, weight="w")

    def test_nothing_to_estimate_from(self) -> None:
        self.fails(trygg.Status.DATA, "no record", data={"w": [], "x": []}, weight="w")
        table = trygg.Design({"w": [1.0] * 2, "x": [None] * 2}, weight="w").mean("x")
        self.assertEqual((table["estimate"], table["flag"]), ([None], ["not_asked"]))

    def test_options_are_of_their_kind(self) -> None:
        survey = survey_of(w="decimal weight", x="decimal")
        responses = survey.read({"w": [1.0, 1.0], "x": [1.0, 2.0]})
        for wrong, kind in ((lambda: survey.read({"w": [1.0]}, threads=2**40), ValueError),
                            (lambda: survey.read({"w": [1.0]}, max_field=-1), ValueError),
                            (lambda: survey.read({"w": [1.0]}, delimiter=";;"), ValueError),
                            (lambda: survey.read({"w": [1.0]}, thread=1), TypeError),
                            (lambda: responses.estimate("x", ci=1), TypeError),
                            (lambda: responses.estimate([1]), TypeError),
                            (lambda: responses.estimate("x", level="95"), TypeError),
                            (lambda: responses.estimate("x", level=95), trygg.Error),
                            (lambda: responses.design(lonely="no\0thing"), ValueError),
                            (lambda: responses.design(lonely="nothing"), trygg.Error),
                            (lambda: trygg.Survey("no/such/folder"), trygg.Error),
                            (lambda: trygg.Survey("no\0folder"), ValueError),
                            (lambda: survey.read("no/such/file.csv"), trygg.Error),
                            (lambda: trygg.registry("nothing"), ValueError)):
            self.assertRaises(kind, wrong)

    def test_handles_are_not_taken_for_each_other(self) -> None:
        survey = survey_of(w="decimal weight", x="decimal")
        responses = survey.read({"w": [1.0, 1.0], "x": [1.0, 2.0]})
        for handle in (survey._handle, responses.design()._handle, None, 3, "x", object()):
            with self.assertRaises((ValueError, TypeError)):
                trygg._trygg.responses_count(handle)
            with self.assertRaises((ValueError, TypeError)):
                trygg._trygg.table_columns(handle)

    @unittest.skipUnless(installed("pyarrow"), "without pyarrow")
    def test_a_stream_is_read_once(self) -> None:
        import pyarrow

        survey = survey_of(w="decimal weight", x="decimal")
        capsule = pyarrow.table({"w": [1.0, 1.0], "x": [1.0, 2.0]}).__arrow_c_stream__()
        trygg._trygg.load_arrow(survey._handle, capsule, {})
        with self.assertRaisesRegex(ValueError, "read already"):
            trygg._trygg.load_arrow(survey._handle, capsule, {})

    @unittest.skipUnless(installed("pyarrow"), "without pyarrow")
    def test_a_producer_that_fails_is_quoted(self) -> None:
        import pyarrow

        schema = pyarrow.schema({"w": pyarrow.float64(), "x": pyarrow.float64()})

        def batches():
            yield pyarrow.record_batch({"w": [1.0], "x": [1.0]})
            raise RuntimeError("the source broke")

        with self.assertRaisesRegex(trygg.Error, "the source broke"):
            survey_of(w="decimal weight", x="decimal").read(pyarrow.RecordBatchReader.from_batches(schema, batches()))
        with self.assertRaisesRegex(trygg.Error, "type `\\+l`"):
            survey_of(w="decimal weight", x="decimal").read(pyarrow.table({"w": [1.0], "x": [[1.0]]}))

    def test_extreme_quantiles_do_not_end_the_host(self) -> None:
        # GSL's own inverse aborts or loops on such numbers.
        for hits, n, weight in itertools.product((1, 2, 999), (1000,), (1.0, 1e-300, 1e300)):
            share = trygg.Design({"w": [weight] + [1.0] * (n - 1), "x": ["1"] * hits + ["0"] * (n - hits)},
                                 weight="w").share("x", of="1")
            for ci in trygg.intervals():
                for alpha in (0.05, 1e-9, 0.999999):
                    try:
                        share.conf_int(alpha, ci)
                    except trygg.Error as error:
                        self.assertTrue(str(error))


class Interrupts(CountyCase):
    def test_progress_may_stop_the_work(self) -> None:
        class Stop(Exception):
            pass

        def stop(stage: str, done: int, total: int) -> None:
            raise Stop(stage)

        with self.assertRaises(Stop):
            self.survey.read(self.data, progress=stop)
        with self.assertRaises(Stop):
            self.responses.estimate(by="kommun", progress=stop)
        seen = []
        self.survey.read(self.data, progress=lambda *what: seen.append(what))
        self.assertTrue(seen)

    def interrupt(self, work: object, after: float) -> float:
        """Seconds from Ctrl-C to the end of the work; a shell may have started the tests deaf to it."""
        begin = []
        heard = signal.signal(signal.SIGINT, signal.default_int_handler)

        def press() -> None:
            begin.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(after, press)
        timer.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                while True:
                    work()
        finally:
            timer.join()
            signal.signal(signal.SIGINT, heard)
        return time.monotonic() - begin[0]

    def test_ctrl_c_stops_long_work(self) -> None:
        sample = self.responses.design()
        self.assertLess(self.interrupt(lambda: self.survey.read([self.data] * 20), 0.1), 2)
        self.assertLess(self.interrupt(lambda: sample.estimate(by=["delomrade", "kon", "aldersgrupp"]), 0.1), 2)
        self.assertEqual(sample.estimate("otrygg_kvall").to_dict(), self.responses.estimate("otrygg_kvall").to_dict())

    def test_a_bar_is_drawn(self) -> None:
        code = f"import trygg; trygg.Survey({str(self.path)!r}).read({self.data!r}, progress=True)"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
        self.assertTrue(said.stderr)
        self.assertEqual(said.stdout, "")


if __name__ == "__main__":
    unittest.main()
