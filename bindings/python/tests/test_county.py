# SPDX-License-Identifier: GPL-3.0-or-later
"""The county's survey through the package and through the programs."""

import subprocess
import threading
import unittest

import trygg
from support import ENVIRONMENT, PROGRAMS, CountyCase

class County(CountyCase):
    """The county's survey: the same text as the programs, to the last digit."""

    def same(self, table: trygg.Table, name: str, *options: str) -> None:
        self.assertEqual(table.publish(0).write("csv"), self.program(name, *options))

    def test_estimates_are_those_of_the_program(self) -> None:
        self.same(self.responses.estimate(by=["kommun", "kon"]), "estimate", "--by", "kommun,kon")
        table = self.responses.estimate(by="delomrade", where="kon=2", waves=["2020", "2024"])
        self.same(table, "estimate", "--by", "delomrade", "--where", "kon=2", "--wave", "2020,2024")
        self.same(self.responses.estimate(pool=True, ci="beta", level=0.9), "estimate", "--pool", "--ci", "beta", "--level", "0.9")
        command = [PROGRAMS / "trygg-estimate", "--format", "csv", "--by", "kommun", self.path, self.data]
        hidden = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=ENVIRONMENT).stdout
        self.assertEqual(self.responses.estimate(by="kommun").publish().write("csv"), hidden)

    def test_the_index_is_that_of_the_program(self) -> None:
        self.same(self.responses.index(by="kommun"), "index", "--by", "kommun")

    def test_trends_are_those_of_the_program(self) -> None:
        self.same(self.responses.trend(by="kommun"), "trend", "--by", "kommun")
        adjusted = self.responses.trend("otrygg_kvall", on=["kon", "aldersgrupp"])
        self.same(adjusted, "trend", "--indicator", "otrygg_kvall", "--on", "kon,aldersgrupp")

    def test_comparisons_are_those_of_the_program(self) -> None:
        some = "otrygg_kvall,halsa_medel"
        for against in ("rest", "total", "wave", "kommun=0380"):
            table = self.responses.compare(some.split(","), by="kommun", against=against)
            self.same(table, "compare", "--by", "kommun", "--indicator", some, "--against", against)
        for dispersion in trygg.registry("dispersion"):
            table = self.responses.funnel(some.split(","), by="kommun", dispersion=dispersion)
            self.same(table, "compare", "--by", "kommun", "--indicator", some, "--funnel", dispersion)
        table = self.responses.test_groups("otrygg_kvall", by="kommun", tests="rao_scott")
        self.same(table, "compare", "--by", "kommun", "--indicator", "otrygg_kvall", "--test", "rao_scott")

    def test_models_are_those_of_the_program(self) -> None:
        parts = trygg.registry("part")
        table = self.responses.model("otrygg_kvall", ["kon", "kommun"], waves="2024", parts=parts)
        self.same(table, "model", "--outcome", "otrygg_kvall", "--on", "kon,kommun", "--wave", "2024", "--part", ",".join(parts))

    def test_non_response_is_that_of_the_program(self) -> None:
        self.same(self.responses.nonresponse("otrygg_kvall"), "compare", "--nonresponse", "answers", "--indicator",
                  "otrygg_kvall")
        table = self.responses.estimate("otrygg_kvall", by="kommun", waves="2024").tipping()
        self.same(table, "compare", "--nonresponse", "tipping", "--indicator", "otrygg_kvall", "--by", "kommun", "--wave", "2024")

    def test_designs_are_those_of_the_program(self) -> None:
        for options, name in (({"calibrate": "rake"}, ["--calibrate", "rake"]),
                              ({"variance": "bootstrap:50", "seed": 7}, ["--variance", "bootstrap:50", "--seed", "7"])):
            table = self.responses.design(**options).estimate("otrygg_kvall", by="kommun")
            self.same(table, "estimate", "--by", "kommun", "--indicator", "otrygg_kvall", *name)
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


    def test_trims_and_expected_shares_are_those_of_the_program(self) -> None:
        table = self.responses.design(trim="median:3", trim_strata=True).estimate("otrygg_kvall", by="kommun")
        self.same(table, "estimate", "--by", "kommun", "--indicator", "otrygg_kvall", "--trim", "median:3", "--trim-strata")
        table = self.responses.trend("otrygg_kvall", tests="all", start=2018.5)
        self.same(table, "trend", "--indicator", "otrygg_kvall", "--test", "all", "--start", "2018.5")


class Registries(unittest.TestCase):
    def test_registries_are_those_of_the_library(self) -> None:
        self.assertIn("share", trygg.indicator_types())
        self.assertIn("logit", trygg.intervals())
        self.assertIn("linear", trygg.tests())
        self.assertIn("suppressed", trygg.flags())
        self.assertIn("csv-sv", trygg.formats())
        self.assertIn("logistic", trygg.families())
        self.assertIn("rest", trygg.registry("against"))
        self.assertEqual(trygg.registry("adjustment"), ["holm", "bh", "by", "none"])
        self.assertIn("rake", trygg.registry("calibration"))
        self.assertIn("median", trygg.registry("trim"))
        self.assertLess(set(trygg.tests(usual=True)), set(trygg.tests()))


if __name__ == "__main__":
    unittest.main()
