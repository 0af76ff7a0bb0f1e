# SPDX-License-Identifier: GPL-3.0-or-later
"""Designs of data frames give what the survey folders of the golden data sets give, which R's survey package has."""

import math
import unittest

import trygg
from support import GOLDEN, SOURCE, read_columns, read_rows


def golden(case: str, key: str) -> tuple[float, float]:
    """An estimate and its standard error."""
    rows = [row for row in read_rows(SOURCE / "tests" / "golden" / "golden.csv") if (row["case"], row["key"]) == (case, key)]
    found = {row["statistic"]: float(row["value"]) for row in rows}
    return found["estimate"], found["se"]


def row_of(table: trygg.Estimates, row: int) -> int:
    """0: of all, else the code of the group."""
    return int(table["g"][row] or 0) if "g" in table.columns else 0


class Designs(unittest.TestCase):
    def near(self, table: trygg.Estimates, case: str, key: str) -> None:
        estimate, error = golden(case, key)
        self.assertAlmostEqual(table["estimate"][0] / estimate, 1, delta=1e-10)
        self.assertAlmostEqual(table["se"][0] / error, 1, delta=1e-10)

    def test_stages_have_their_populations(self) -> None:
        design = trygg.Design(GOLDEN / "apistages.csv", psu=["dnum", "snum"], fpc=["fpc1", "fpc2"], weight="w")
        self.near(design.mean("api00"), "stages", "||api_mean")
        self.near(design.total("enroll"), "stages", "||enroll_total")

    def test_replicates_are_made(self) -> None:
        design = trygg.Design(GOLDEN / "apiclus1.csv", psu="dnum", fpc="fpc", weight="pw", variance="jackknife")
        self.near(design.mean("api00"), "clus1 jackknife", "||api_mean")
        first, other = (trygg.Design(GOLDEN / "apiclus1.csv", psu="dnum", weight="pw", variance="bootstrap:40", seed=seed)
                        .mean("api00").bse["api00"] for seed in (1, 2))
        self.assertNotEqual(first, other)

    def test_weights_meet_known_totals(self) -> None:
        design = trygg.Design(GOLDEN / "apiclus1.csv", psu="dnum", fpc="fpc", weight="pw")
        margins = {"stype": {"E": 4421, "H": 755, "M": 1018}, "api99": 3914069}
        for case, method in (("linear", "linear"), ("rake", "rake"), ("logit", "logit:0.4,2"),
                             ("truncated", "truncated:0.45,1.8")):
            calibrated = design.calibrate(margins, method)
            self.near(calibrated.mean("api00"), f"calibrated {case}", "||api_mean")
            self.near(calibrated.total("enroll"), f"calibrated {case}", "||enroll_total")
        self.near(design.calibrate(margins, "rake", spread="enroll").mean("api00"), "calibrated spread", "||api_mean")
        shares = design.calibrate(margins).share("stype")
        self.assertAlmostEqual(shares.params["stype=H"], 755 / 6194, delta=1e-12)
        self.assertLess(shares.bse["stype=H"], 1e-10)
        self.near(design.mean("api00"), "clus1", "||api_mean")  # as it was
        with self.assertRaisesRegex(trygg.Error, "stype"):
            design.calibrate({"stype": {"E": 4421, "H": 755}}).mean("api00")

    def near_row(self, table: trygg.Estimates, golden: str, case: tuple[str, str], indicator: str, row: int = 0) -> None:
        wanted = [case[0], case[1], ("all", "g1", "g2")[row_of(table, row)], indicator]
        found = {one["statistic"]: float(one["value"]) for one in read_rows(SOURCE / "tests" / "golden" / f"{golden}.csv")
                 if [one["data"], one.get("inclusion", ""), one["group"], one["indicator"]] == wanted}
        self.assertAlmostEqual(table["estimate"][row] / found["estimate"], 1, delta=1e-10)
        self.assertAlmostEqual(table["se"][row] / found["se"], 1, delta=1e-10)

    def test_two_phases_have_the_errors_of_both(self) -> None:
        phase = {"fpc": "n1", "weight": "w", "phase2": "sub=1"}
        rei = trygg.Design(GOLDEN / "phases_rei.csv", phase2_strata="k", **phase)
        for row in range(3):
            self.near_row(rei.mean("y", by="g"), "phases", ("rei", ""), "mean", row)
        self.near_row(rei.total("y"), "phases", ("rei", ""), "total")
        counties = trygg.Design(GOLDEN / "phases_counties.csv", phase2_clusters="e", **phase)
        self.near_row(counties.mean("y"), "phases", ("counties", ""), "mean")
        pbc = trygg.Design(GOLDEN / "phases_pbc.csv", **phase)
        self.near_row(pbc.mean("y"), "phases", ("pbc", ""), "mean")
        calibrated = pbc.calibrate({"g": None, "v": math.nan}, "linear")
        self.near_row(calibrated.total("y"), "phases", ("pbc linear", ""), "total")
        with self.assertRaisesRegex(trygg.Error, "second phase"):
            trygg.Design(GOLDEN / "phases_pbc.csv", phase2="sub=5", weight="w").mean("y")

    def test_units_have_probabilities_of_their_own(self) -> None:
        for method in ("brewer", "poisson", "hartley-rao"):
            design = trygg.Design(GOLDEN / "pps.csv", inclusion="p", inclusion_method=method)
            self.near_row(design.total("y"), "unequal", ("pps", method), "total")

    def test_the_folder_gives_the_same(self) -> None:
        sample = trygg.Survey(GOLDEN / "apistrat").read(GOLDEN / "apistrat.csv").design()
        for data in (GOLDEN / "apistrat.csv", read_columns("apistrat")):
            design = trygg.Design(data, stratum="stype", weight="pw", fpc="fpc")
            for outcome, on in (("api00", ["ell", "meals", "stype"]), ("sch_wide=Yes", ["ell", "comp_imp=Yes"])):
                ours, theirs = design.model(outcome, on), sample.model(outcome, on)
                self.assertEqual((ours.params, ours.bse, ours.pvalues), (theirs.params, theirs.bse, theirs.pvalues))
            for ours, theirs in (
                (design.compare("api00", by="comp_imp"), sample.compare("api00", by="comp_imp")),
                (design.test_groups("api00", by="comp_imp"), sample.test_groups("api00", by="comp_imp")),
            ):
                self.assertEqual(ours["p"], theirs["p"])
            wide = sample.compare("wide", by="comp_imp", scale="odds")
            ours = design.compare("sch_wide", "Yes", by="comp_imp", scale="odds")
            self.assertEqual([ours[column] for column in ("se", "lower", "p")], [wide[column] for column in ("se", "lower", "p")])
        self.assertEqual(design.codes("stype"), ["E", "H", "M"])
        self.assertEqual(list(design.model("api00", "meals", codes="meals").params)[:1], ["Intercept"])
        self.assertGreater(len(design.model("api00", "meals", codes="meals").params), 10)

    def test_waves_have_trends(self) -> None:
        design = trygg.Design(GOLDEN / "apiyears.csv", psu="dnum", weight="pw", wave="year", overlapping=True)
        change = design.trend("score", tests="difference")
        row = next(change.rows())
        contrast = design.mean("score").contrast({"1999 score": -1, "2000 score": 1})
        self.assertAlmostEqual(row["estimate"] / contrast.estimate, 1, delta=1e-12)
        self.assertAlmostEqual(row["se"] / contrast.se, 1, delta=1e-12)


if __name__ == "__main__":
    unittest.main()
