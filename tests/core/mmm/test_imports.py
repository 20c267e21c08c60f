import subprocess
import sys

HEAVY = ("pymc", "pytensor", "arviz", "nutpie", "streamlit", "db")


def test_importing_the_model_loads_no_sampler():
    code = f"import sys, core.mmm; print([m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
