"""PyTorch's side of bench/steps. Figures: a step's name, `first` (the first call of tr), and `mlp width 4`, `mlp batch 16` for growth."""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torch_models import conv, mlp, resnet, serve, tiny  # noqa: E402
from torch_steps import classifier, timed, transformer  # noqa: E402

STEPS = {
    "tiny": lambda width, times: classifier(tiny(width), (16 * times, 16), 4),
    "mlp": lambda width, times: classifier(mlp(width), (64 * times, 784), 10),
    "conv": lambda width, times: classifier(conv(width), (32 * times, 1, 28, 28), 10),
    "tr": lambda width, times: transformer(width, 8 * times),
    "resnet": lambda width, times: classifier(resnet(width), (32 * times, 3, 16, 16), 10),
}
made = {}


def warm_up(step):
    """A second of calls, as ours: of a large step a reading takes few, and memory is new at first."""
    begin, calls = time.perf_counter(), 0
    while calls < 3 or time.perf_counter() - begin < 1:
        step()
        calls += 1


def run(figure, repeats):
    name, kind, factor = (figure.split(" ") + ["", "1"])[:3]
    name = "tr" if name == "first" else name
    width, times = (int(factor), 1) if kind == "width" else (1, int(factor))
    # One at a time: large models would fill the memory.
    if figure not in made:
        if kind:
            made.clear()
        made[figure] = STEPS[name](width, times)
        if kind:
            warm_up(made[figure])
    return timed(made[figure], repeats)


serve(run)
