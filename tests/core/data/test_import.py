"""The room of data is entered quickly and pulls no heavy room behind it."""

import subprocess
import sys

PROGRAM = """
import sys
import core.data, core.data.template, core.data.versions
heavy = set("pymc pytensor nutpie arviz numba scipy streamlit db sqlalchemy polars plotly".split())
print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
"""


def test_importing_the_readers_loads_no_model_no_screen_and_no_database() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
