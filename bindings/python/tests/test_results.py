# SPDX-License-Identifier: GPL-3.0-or-later
"""What results can do."""

import copy
import math
import pickle
import unittest

import trygg
from support import CountyCase, installed


class Results(CountyCase):
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

    def test_published_rows_are_written_in_every_format(self) -> None:
        table = self.responses.estimate("otrygg_kvall", by="kommun", waves="2024").publish(520)
        for name in trygg.formats():
            self.assertGreater(len(table.write(name)), 100, name)
        self.assertIn("..", table.write("csv-sv"))
        self.assertIn("Kommun", table.write("table", language="sv"))
        self.assertIn("Municipality", table.write("table", language="en"))
        self.assertIs(table.publish(), table)
        series = self.responses.estimate("otrygg_kvall").publish(0)
        trend = self.responses.trend("otrygg_kvall", tests="linear").publish(0)
        self.assertGreater(len(series.write("svg", trend=trend)), len(series.write("svg")))
        self.assertIsNone(table.to_dict()["estimate"][1])

    def test_names_are_those_of_statsmodels(self) -> None:
        table = self.responses.estimate("otrygg_kvall", by="kommun", waves="2024")
        self.assertEqual(table.labels[:2], ["otrygg_kvall", "0305 otrygg_kvall"])
        for what in (table.params, table.bse, table.df_resid, table.nobs, table.conf_int()):
            self.assertEqual(list(what), table.labels)
        self.assertEqual(table.summary(), str(table))
        with self.assertRaisesRegex(KeyError, "labels are"):
            table.cov_params(["0305"])

    def test_influence_totals_have_the_variance(self) -> None:
        sample = self.responses.design()
        table = sample.estimate(["otrygg_kvall", "halsa_medel"], waves="2024")
        influence, strata = table.influence(), sample.first_stage()
        self.assertEqual((influence.totals.shape, len(influence.strata)), ((sample.clusters, 2), sample.clusters))
        totals = influence.totals.tolist()
        for column, se in enumerate(table.bse.values()):
            groups: list[list[float]] = [[] for _ in strata]
            for row, stratum in zip(totals, influence.strata):
                groups[stratum].append(row[column])
            variance = 0.0
            for group, stratum in zip(groups, strata):
                n, mean = len(group), math.fsum(group) / max(len(group), 1)
                self.assertEqual(n, stratum.clusters)
                if n > 1:
                    variance += (1 - stratum.fraction) * n / (n - 1) * math.fsum((z - mean) ** 2 for z in group)
            self.assertAlmostEqual(math.sqrt(variance) / se, 1, delta=1e-12)

    def test_a_model_has_statsmodels_names(self) -> None:
        model = self.responses.model("otrygg_kvall", ["kon", "kommun"], waves="2024")
        self.assertEqual(list(model.params)[:3], ["Intercept", "kon=2", "kommun=0319"])
        coefficients = [row for row in model.rows() if row["part"] == "coefficient"]
        self.assertEqual([row["estimate"] for row in coefficients], list(model.params.values()))
        self.assertEqual([row["se"] for row in coefficients], list(model.bse.values()))
        self.assertEqual([row["p"] for row in coefficients], list(model.pvalues.values()))
        self.assertEqual([(row["lower"], row["upper"]) for row in coefficients], list(model.conf_int().values()))
        matrix = model.cov_params()
        for place, se in enumerate(model.bse.values()):
            self.assertAlmostEqual(math.sqrt(matrix[place][place]) / se, 1, delta=1e-12)
        statistic, df1, df2, p = model.wald_test("kommun")
        row = next(row for row in model.rows() if row["part"] == "wald" and row["term"] == "kommun")
        self.assertEqual((statistic, df1, df2, p), (row["statistic"], row["df1"], row["df2"], row["p"]))
        self.assertEqual((model.family, model.nobs), ("logistic", coefficients[0]["n"] and model.nobs))
        self.assertTrue(0 < model.rsquared < 1)
        tested = self.responses.model("otrygg_kvall", ["kon", "kommun"], waves="2024", parts="test",
                                      tests=trygg.term_tests())
        for test in trygg.term_tests():
            found = model.test_term("kon", test)
            row = next(row for row in tested.rows() if row["part"] == test and row["term"] == "kon")
            self.assertEqual([found[key] for key in ("statistic", "df1", "df2", "p")],
                             [row[key] for key in ("statistic", "df1", "df2", "p")])
            self.assertEqual(math.isnan(found["estimate"]), "score" not in test)
        through = self.responses.model("halsa_medel", "kon", waves="2024", intercept=False)
        self.assertNotIn("Intercept", through.params)

    def test_those_who_did_not_answer(self) -> None:
        table = self.responses.nonresponse("otrygg_kvall", waves="2024")
        self.assertEqual(set(table["method"]), {"timing", "mode"})
        with self.assertRaisesRegex(trygg.Error, "keep_silent"):
            self.responses.representativity("kommun")
        drawn = trygg.Survey.build({
            "settings": "form_id,wave\nx,1\n",
            "survey": "type,name,role\nselect_one d,d,status\nselect_one g,g,\nselect_one y,y,\n",
            "choices": "list_name,name,disposition\nd,1,I\nd,2,R\ng,1,\ng,2,\ny,0,\ny,1,\n",
            "indicators": "name,type,variable,numerator\nshare,share,y,1\n"})
        columns = {"d": ["1"] * 60 + ["2"] * 40 + ["1"] * 40 + ["2"] * 60, "g": ["1"] * 100 + ["2"] * 100, "y": ["1", "0"] * 100}
        responses = drawn.read(columns, keep_silent=True)
        rates = {(row["measure"], row["category"]): row["estimate"]
                 for row in responses.representativity("g", estimates=drawn.read(columns).estimate()).rows()}
        self.assertAlmostEqual(rates["response_rate", None], 0.5)
        self.assertAlmostEqual(rates["response_rate", "1"], 0.6)
        self.assertAlmostEqual(next(value for (measure, _), value in rates.items() if measure == "r_unadjusted"), 1 - 2 * 0.1,
                               delta=1e-3)
        self.assertIn("bias_bound", {measure for measure, _ in rates})
        table = responses.design(response="classes", response_on="g").nonresponse_weights()
        self.assertEqual((table["drawn"], table["answered"], table["rate"]), ([100, 100], [60, 40], [0.6, 0.4]))
        self.assertIn("classes", trygg.registry("response"))

    def test_what_weighting_does(self) -> None:
        sample = self.responses.design(calibrate="rake")
        table = sample.weighting("otrygg_kvall", waves="2024", by="kon")
        self.assertEqual(table["after"], sample.estimate("otrygg_kvall", waves="2024", by="kon")["estimate"])
        self.assertEqual(table["before"], self.responses.estimate("otrygg_kvall", waves="2024", by="kon")["estimate"])
        with self.assertRaises(trygg.Error):
            self.responses.design(calibrate="none").weighting("otrygg_kvall")

    def test_a_series_from_elsewhere(self) -> None:
        series = self.responses.estimate("otrygg_kvall", waves=["2017", "2020", "2024"])
        rows = {row["test"]: row for row in trygg.trend_series([2017, 2020, 2024], list(series.params.values()),
                                                              series.cov_params(), tests="linear").rows()}
        times = [2017, 2020, 2024]
        middle = sum(times) / 3
        squares = sum((time - middle) ** 2 for time in times)
        slope = series.contrast({label: (time - middle) / squares for label, time in zip(series.params, times)})
        self.assertAlmostEqual(rows["linear"]["estimate"] / slope.estimate, 1, delta=1e-12)
        self.assertAlmostEqual(rows["linear"]["se"] / slope.se, 1, delta=1e-12)
        bare = trygg.trend_series([1, 2, 3, 4], [0.1, 0.2, 0.25, 0.4], tests="mann_kendall")
        self.assertIn("Mann–Kendall", str(bare.publish(0)))
        self.assertEqual(pickle.loads(pickle.dumps(bare)), bare)
        with self.assertRaises(ValueError):
            trygg.trend_series([1, 2], [0.1])
        with self.assertRaises(trygg.Error):
            trygg.trend_series([2, 1], [0.1, 0.2])

    def test_what_the_survey_says(self) -> None:
        self.assertEqual(self.survey.declared("otrygg_kvall", "better"), "low")
        self.assertIsNone(self.survey.declared("otrygg_kvall", "colour"))
        self.assertIsNone(self.survey.declared("nothing", "better"))
        self.assertTrue(0 < self.responses.nbytes < 200 * len(self.responses))
        self.assertEqual(sum(stratum.clusters for stratum in self.responses.design().first_stage()), len(self.responses))
        for what in (self.survey, self.responses, self.responses.design()):
            self.assertIn("trygg.", repr(what))

    def test_results_pickle(self) -> None:
        table = self.responses.estimate("ran", by=["delomrade", "kon"], waves="2024")
        model = self.responses.model("otrygg_kvall", "kon", waves="2024")
        for result in (table, table.publish(), table.tipping(), model):
            again = pickle.loads(pickle.dumps(result))
            self.assertIs(type(again), type(result))
            self.assertEqual(again, result)
            self.assertEqual((repr(again), again._repr_html_()), (repr(result), result._repr_html_()))
            self.assertEqual(again.to_dict(), result.to_dict())
            self.assertEqual(pickle.loads(pickle.dumps(again)), result)
            self.assertIs(copy.deepcopy(result), result)
        again = pickle.loads(pickle.dumps(table))
        self.assertEqual((again.params, again.labels), (table.params, table.labels))
        for call in (again.cov_params, again.tipping, lambda: again.conf_int(0.1), lambda: again.publish(10)):
            with self.assertRaisesRegex(trygg.Error, "pickle"):
                call()
        self.assertEqual(pickle.loads(pickle.dumps(model)).params, model.params)
        self.assertEqual(pickle.loads(pickle.dumps(self.survey)).indicators, self.survey.indicators)
        for what in (self.responses, self.responses.design()):
            with self.assertRaisesRegex(TypeError, "read them again"):
                pickle.dumps(what)

    @unittest.skipUnless(installed("matplotlib"), "without matplotlib")
    def test_pictures(self) -> None:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        table = self.responses.estimate("otrygg_kvall", by="kommun", waves="2024")
        axes = table.plot(language="en")
        labels = [tick.get_text() for tick in axes.get_yticklabels()]
        self.assertEqual(labels[:2], ["All", "Håbo"])
        self.assertEqual(len(labels), len(table))
        self.assertEqual(len(table.plot(min_n=510).get_yticks()), sum(value is not None for value in table.publish(510)["estimate"]))
        series = self.responses.estimate("otrygg_kvall", by="kon").plot(pyplot.figure().gca())
        self.assertEqual([tick.get_text() for tick in series.get_xticklabels()], self.responses.waves)
        for other in (self.responses.index(by="kommun"), self.responses.compare("otrygg_kvall", by="kommun"),
                      self.responses.trend("otrygg_kvall", by="kommun", tests="linear")):
            other.plot()
        with self.assertRaisesRegex(ValueError, "nothing to draw"):
            self.responses.account().plot()
        with self.assertRaisesRegex(ValueError, "min_n"):
            table.plot(min_n=100000)
        pyplot.close("all")


if __name__ == "__main__":
    unittest.main()
