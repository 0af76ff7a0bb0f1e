# SPDX-License-Identifier: GPL-3.0-or-later
"""The frozen numbers of R's survey package, and real surveys with their published figures."""

import math
import unittest

import trygg
from support import GOLDEN, REAL, SOURCE, SURVEYS, read_rows, run

# Cases of tests/golden/golden.csv that are a folder as it stands: its name, and what is asked of it.
CASES = {
    "strat": ("apistrat", {"also": ["stype"]}),
    "strat by comp_imp": ("apistrat", {"by": "comp_imp"}),
    "strat by comp_imp stype": ("apistrat", {"by": ["comp_imp", "stype"]}),
    "strat where awards": ("apistrat", {"where": "awards=Yes"}),
    "clus1": ("apiclus1", {}),
    "clus1 by stype": ("apiclus1", {"by": "stype"}),
    "clus2": ("apiclus2", {}),
    "clus2 by stype": ("apiclus2", {"by": "stype"}),
    "years overlapping": ("apiyears", {}),
    "five certainty": ("five", {}),
    "five adjust": ("five", {"lonely": "adjust"}),
    "fpc": ("fpc", {}),
    "scd": ("scd", {}),
    "nhanes": ("nhanes", {}),
    "nhanes by age": ("nhanes", {"by": "age"}),
    "nhanes by race sex": ("nhanes", {"by": ["race", "sex"]}),
    "county certainty": ("county", {}),
    "county adjust": ("county", {"lonely": "adjust"}),
    "county average": ("county", {"lonely": "average"}),
    "county by sex": ("county", {"by": "sex"}),
    "county by sex area": ("county", {"by": ["sex", "area"]}),
    "county pooled": ("county", {"pool": True}),
    "stages": ("apistages", {}),
    "stages by stype": ("apistages", {"by": "stype"}),
    "mu284": ("mu284", {}),
    "three stages": ("stages3", {}),
    "three stages by sex": ("stages3", {"by": "sex"}),
    "panel certainty": ("panel", {}),
    "panel by sex": ("panel", {"by": "sex"}),
    "clus1 jackknife": ("apiclus1", {"variance": "jackknife"}),
    "strat jackknife": ("apistrat", {"variance": "jackknife"}),
    "scd brr": ("scd", {"variance": "brr"}),
    "scd fay": ("scd", {"variance": "fay:0.3"}),
    "halves brr": ("halves", {"variance": "brr"}),
    "halves by sex fay": ("halves", {"by": "sex", "variance": "fay:0.5"}),
}
TAKEN = {"estimate", "se", "df", "n", "weighted_n", "deff", "covariance"}


def sample_of(folder: str, lonely: str | None = None, variance: str | None = None, **options: object) -> trygg.Sample:
    return trygg.Survey(GOLDEN / folder).read(GOLDEN / f"{folder}.csv").design(lonely=lonely, variance=variance)


class Golden(unittest.TestCase):
    def test_numbers_of_R_survey_are_met(self) -> None:
        rows: dict[str, list[dict[str, str]]] = {}
        for row in read_rows(SOURCE / "tests" / "golden" / "golden.csv"):
            if row["case"] in CASES and row["statistic"] in TAKEN and not {"*", "~"} & set(row["key"]):
                rows.setdefault(row["case"], []).append(row)
        self.assertEqual(rows.keys(), CASES.keys())
        self.assertGreater(sum(map(len, rows.values())), 1500)
        tests = set(trygg.tests())
        for case, (folder, options) in CASES.items():
            with self.subTest(case):
                sample = sample_of(folder, **options)
                wanted = sample.survey.indicators + options.get("also", [])
                asked = {name: options[name] for name in ("by", "where", "pool") if name in options}
                trends = [row for row in rows[case] if row["key"].rpartition("|")[2] in tests]
                self.compare(sample.estimate(wanted, **asked), [row for row in rows[case] if row not in trends])
                if trends:
                    self.compare_trends(sample.trend(**asked, across_breaks=True), trends)

    def compare_trends(self, table: trygg.Table, rows: list[dict[str, str]]) -> None:
        keys = [key for key in table.keys if key not in ("indicator", "test", "waves")]
        known = {}
        for row in table.rows():
            by = " ".join(row[key] for key in keys if row[key])
            known[f"{by}|{row['indicator']}|{row['test']}"] = row
        for row in rows:
            if row["statistic"] in ("estimate", "se"):
                expected = float(row["value"])
                self.assertLessEqual(abs(known[row["key"]][row["statistic"]] - expected), 1e-8 * abs(expected), row)

    def compare(self, table: trygg.Estimates, rows: list[dict[str, str]]) -> None:
        keys = [key for key in table.keys if key not in ("wave", "indicator")]
        places = {}
        for place, row in enumerate(table.rows()):
            by = " ".join(row[key] for key in keys if row[key])
            places[f"{row['wave'] or ''}|{by}|{row['indicator']}"] = place
        for row in rows:
            expected = float(row["value"])
            if row["statistic"] == "covariance":
                (a, x), (y, b) = table.cov_params([places[key] for key in row["key"].split(" & ")])
                self.assertLessEqual(abs(x - expected), 1e-10 * max(abs(expected), math.sqrt(a * b)), row)
                self.assertEqual(x, y)
                continue
            met = table[row["statistic"]][places[row["key"]]]
            if math.isnan(expected):
                self.assertIsNone(met, row)
            else:
                self.assertLessEqual(abs(met - expected), 1e-10 * abs(expected), (row, met))


class Real(unittest.TestCase):
    """Surveys that are no part of the project: where they are there."""

    def read(self, survey: str, data: str) -> trygg.Responses:
        self.data = REAL / survey / data
        self.path = SURVEYS / survey
        if not self.data.exists():
            self.skipTest(f"{self.data} is not there; set TRYGG_REAL to the folder of the real surveys")
        return trygg.Survey(self.path).read(self.data)

    def same(self, table: trygg.Table, name: str, *options: str) -> None:
        self.assertEqual(table.publish(0).write("csv"), run(name, self.path, self.data, *options))

    def compare(self, table: trygg.Estimates, by: str) -> int:
        """The rows of reference.csv that are estimates, within 1e-9; the figures have 12 digits."""
        known = {(row["wave"], row[by] or "", row["indicator"]): row for row in table.rows()}
        compared = 0
        for row in read_rows(self.data.parent / "reference.csv"):
            if row["group_var"] not in ("all", by) or row["indicator"].startswith("TEST"):
                continue
            met = known[row["wave"], row["group"] if row["group_var"] == by else "", row["indicator"]]
            self.assertEqual(met["n"], int(row["n"]))
            for name, column in (("weighted_n", "sum_w"), ("estimate", "est"), ("se", "se")):
                self.assertLessEqual(abs(met[name] - float(row[column])), 1e-9 * abs(float(row[column])), row)
            compared += 1
        return compared

    def test_enusc(self) -> None:
        responses = self.read("enusc-2024", "enusc2024.csv.gz")
        sample = responses.design()
        self.assertEqual((sample.strata, sample.clusters), (136, 2705))
        table = sample.estimate(by="rph_sexo")
        self.same(table, "estimate", "--by", "rph_sexo")
        self.assertEqual(self.compare(table, "rph_sexo"), 44)
        regions = sample.estimate(by="enc_region")
        self.same(regions, "estimate", "--by", "enc_region")
        published = {"up_country_all": "87.7", "up_com_all": "74.5", "up_barrio_all": "50.8", "vp_dc": "28.0",
                     "vp_dv": "5.8", "vh_dc": "38.5", "vh_dv": "8.5", "4 up_country_all": "88.4", "4 vh_dv": "6.6"}
        self.assertEqual({label: f"{100 * regions.params[label]:.1f}" for label in published}, published)

    def test_gss(self) -> None:
        responses = self.read("gss-fear", "gss_fear.csv.gz")
        table = responses.estimate("afraid", by="sex")
        self.same(table, "estimate", "--by", "sex", "--indicator", "afraid")
        self.assertEqual(self.compare(table, "sex"), 51)
        trends = responses.trend("afraid")
        self.same(trends, "trend", "--indicator", "afraid")
        slopes = {row["test"]: row for row in trends.rows()}
        self.assertAlmostEqual(slopes["record_linear"]["estimate"], -0.00265408266, delta=1e-11)
        self.assertAlmostEqual(slopes["record_logit"]["se"], 0.00130985265, delta=1e-11)

    def test_measures(self) -> None:
        folder, data = GOLDEN / "measures", GOLDEN / "measures.csv"
        responses = trygg.Survey(folder).read(data)
        self.assertIn("synthetic_rank", trygg.registry("measure_test"))
        for scale in ("difference", "ratio"):
            table = responses.measures("unsafe", by="area", tests="all", scale=scale)
            rows = {(row["test"], row["comparison"] or "", row["wave"]): row for row in table.rows()}
            for row in read_rows(SOURCE / "tests" / "golden" / "measures.csv"):
                if (row["indicator"], row["scale"], row["what"]) == ("unsafe", scale, "se"):
                    met = rows[row["test"], row["comparison"], row["wave"]]["se"]
                    self.assertAlmostEqual(met / float(row["value"]), 1, delta=1e-10)
        text = run("compare", folder, data, "--against", "measure", "--by", "area")
        self.assertEqual(responses.measures(by="area").publish(0).write("csv"), text)

    def test_ncvs(self) -> None:
        responses = self.read("ncvs-2021", "ncvs2021_household.csv.gz")
        table = responses.estimate()
        self.same(table, "estimate")
        self.assertEqual(f"{table.params['prop_rate']:.3f} {table.bse['prop_rate']:.3f}", "90.335 1.948")


if __name__ == "__main__":
    unittest.main()
