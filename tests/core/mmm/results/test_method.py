from dataclasses import replace

from core.mmm.results.method import method_sentences, run_table
from tests.core.mmm.samples import ROBYN

DIAGNOSTICS = {
    "max_rhat": 1.004,
    "min_ess_bulk": 1234.0,
    "seconds": 14.2,
    "seconds_by_stage": {"compile": 10.4, "sample": 2.5},
}
RUN = {"chains": 4, "draws": 1000, "seed": 7, "dataset_version": 3, "versions": {"pymc": "5.28"}}


def test_the_method_names_data_draws_checks_and_seed():
    text = " ".join(method_sentences(replace(ROBYN, holdout=8), DIAGNOSTICS, RUN, 208, 1, "week"))
    for words in ("208 weeks", "version 3", "last 8 not seen", "4 chains of 1,000 draws", "1.004", "seed 7"):
        assert words in text


def test_a_model_without_a_record_of_its_run_still_says_what_it_is():
    text = " ".join(method_sentences(ROBYN, {}, {}, 100, 5, "week"))
    assert "100 weeks in 5 geographies" in text
    assert "None" not in text


def test_the_table_lists_seconds_by_stage_and_versions():
    table = run_table(DIAGNOSTICS, RUN).set_index("What")["Value"]
    assert table["Seconds: compile"] == "10.40"
    assert table["Version of pymc"] == "5.28"


def test_channels_with_reach_and_frequency_have_a_formula_of_their_own():
    config = replace(ROBYN, reach_frequency={"tv_S": ("reach", "often")}, display_names={"tv_S": "TV"})
    text = " ".join(method_sentences(config, {}, {}, 100, 1, "week"))
    assert "TV: level × carry-over(reach × saturation(average frequency))." in text
