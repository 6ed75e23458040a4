"""Runs all experiments and writes results/*.csv and results/summary.json; progress goes to standard output."""

import csv
import json
from pathlib import Path

import experiments
import report

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def write_rows(name, rows):
    with (RESULTS / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: f"{cell:.10g}" if isinstance(cell, float) else cell for key, cell in row.items()}
                         for row in rows)
    print(f"done experiment={name} rows={len(rows)}", flush=True)


def summarise(rows, settings):
    count = {(row["condition"], row["method"]): row["mean_iterations"] for row in rows}
    hardest = settings["conditions"][-1]
    return {
        "exponent": {method: round(slope, 6) for method, slope in experiments.exponents(rows).items()},
        "speedup": {
            "heavy-ball_over_gd": round(count[hardest, "gd"] / count[hardest, "heavy-ball"], 6),
            "nesterov_over_gd": round(count[hardest, "gd"] / count[hardest, "nesterov"], 6),
            "heavy-ball_over_nesterov": round(count[hardest, "nesterov"] / count[hardest, "heavy-ball"], 6),
        },
        "rotation_max_difference": experiments.rotation(settings),
    }


def main():
    settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
    RESULTS.mkdir(exist_ok=True)
    print(f"settings seed={settings['seed']} dimension={settings['dimension']} starts={settings['starts']}", flush=True)
    rows = experiments.convergence(settings)
    write_rows("iterations", rows)
    transient = experiments.transient(settings)
    write_rows("transient", transient)
    write_rows("rates", experiments.rates(settings))
    wrong = experiments.misspecified(settings)
    write_rows("misspecified", wrong)
    noise = experiments.noise(settings)
    write_rows("noise", noise)
    summary = summarise(rows, settings)
    (RESULTS / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    report.write(RESULTS / "report.md", rows, transient, wrong, noise, summary, settings)
    print(f"done summary rotation_max_difference={summary['rotation_max_difference']}", flush=True)


if __name__ == "__main__":
    main()
