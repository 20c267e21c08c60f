"""How long until the app answers, and from *Train* to results, on the demo's data (208 weeks, six media)."""

from __future__ import annotations

import time

from core.access import Person
from core.database import session
from core.mmm.store.models import model, train
from tests.bench.installation import House

PLAN = {"draws": 1000, "tune": 1000, "chains": 4, "seed": 1}


def trained_within(owner: Person, dataset_id: int, config: object, name: str) -> float:
    """Seconds from enqueueing a training until its results are kept."""
    began = time.monotonic()
    with session() as s:
        model_id = train(s, owner, dataset_id, name, config, PLAN)  # type: ignore[arg-type]
    while True:
        with session() as s:
            info = model(s, owner, model_id)
        if not info.active:
            assert info.status == "completed", info.message
            return time.monotonic() - began
        time.sleep(0.02)


def main() -> None:
    """Print start-up times and the times of the first, second and third training."""
    house = House()
    print(f"first start, empty folder: {house.start():.1f} s until the address answers")
    with house.entered():
        print(f"demo's results after that: {house.wait_for_demo_model():.1f} s")
        print(f"second demo's sales read and learned from after that: {house.wait_for_promotions():.1f} s")
        owner, dataset_id, config = house.workshop()
        for name in ("second", "third"):
            seconds = trained_within(owner, dataset_id, config, name)
            print(f"{name} training (4 x (1000 + 1000)), Train to results: {seconds:.1f} s")
        house.stop()
        print(f"start again on the same folder: {house.start():.1f} s until the address answers")


if __name__ == "__main__":
    main()
