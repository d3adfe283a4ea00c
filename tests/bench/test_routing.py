import json

from bench.routing import run
from tests.bench.program import run as run_program


def test_everything_that_joins_is_routed_once_and_the_figures_say_how_fast() -> None:
    report = run(agents=200, waiting=300, contacts=400)
    assert report["problems"] == []
    assert (report["waiting_at_end"], report["routed"]) == (300, 400)
    assert report["routed_per_cpu_s"] > 0


async def test_the_command_prints_one_json_object() -> None:
    sizes = ("--agents", "100", "--waiting", "100", "--contacts", "100")
    code, output, errors = await run_program("bench.routing", *sizes, "--json")
    assert code == 0, errors
    assert json.loads(output)["agents"] == 100
