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
        writer.writerows({key: f"{cell:.8g}" if isinstance(cell, float) else cell for key, cell in row.items()}
                         for row in rows)
    print(f"done experiment={name} rows={len(rows)}", flush=True)


def summarise(rows, curves, settings):
    first, last = settings["checkpoints"][0], settings["checkpoints"][-1]
    at = {(row["problem"], row["policy"], row["t"]): row["mean_regret"] for row in curves}
    summary = {}
    for problem, means in settings["problems"].items():
        summary[problem] = {
            "lower_bound_slope": round(experiments.lower_bound_slope(means), 6),
            "ucb1_bound": round(experiments.ucb1_bound(means, settings["horizon"]), 6),
            "best_policy": min((row for row in rows if row["problem"] == problem), key=lambda r: r["mean_regret"])["policy"],
            "ucb1_over_thompson": round(at[problem, "ucb1", last] / at[problem, "thompson", last], 6),
            "growth": {name: round(at[problem, name, last] / at[problem, name, first], 6) for name in settings["policies"]},
        }
    return summary


def main():
    settings = json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
    RESULTS.mkdir(exist_ok=True)
    print(f"settings seed={settings['seed']} runs={settings['runs']} horizon={settings['horizon']}", flush=True)
    rows, curves = experiments.comparison(settings)
    write_rows("regret", rows)
    write_rows("curves", curves)
    sweeps, late = experiments.sensitivity(settings), experiments.delayed(settings)
    write_rows("sensitivity", sweeps)
    write_rows("delayed", late)
    summary = summarise(rows, curves, settings)
    (RESULTS / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    report.write(RESULTS / "report.md", rows, sweeps, late, summary)
    for row in rows:
        print(f"regret problem={row['problem']} policy={row['policy']} mean={row['mean_regret']:.2f}", flush=True)


if __name__ == "__main__":
    main()
