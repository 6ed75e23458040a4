"""What the numbers say, in sentences: results/report.md."""

import math


def _apart(one, other):
    """Whether two means differ by more than two standard errors of their difference."""
    error = math.hypot(one["standard_error"], other["standard_error"])
    return abs(one["mean_regret"] - other["mean_regret"]) > 2.0 * error


def _ranking(rows):
    ordered = sorted(rows, key=lambda row: row["mean_regret"])
    parts = [f"{ordered[0]['policy']} ({ordered[0]['mean_regret']:.1f})"]
    for before, row in zip(ordered, ordered[1:]):
        link = "clearly before" if _apart(before, row) else "not to be told apart from"
        parts.append(f"{link} {row['policy']} ({row['mean_regret']:.1f})")
    return " ".join(parts)


def write(path, rows, sweeps, late, summary):
    """Compare the policies on both problems, and the parameters and the delay with their defaults."""
    at = {(row["problem"], row["policy"]): row for row in rows}
    lines = ["# What the runs show", ""]
    for problem in summary:
        here = [row for row in rows if row["problem"] == problem]
        lines.append(f"- On {problem}, by mean regret: {_ranking(here)}. "
                     "Clearly means more than two standard errors of the difference.")
        lines.append(f"- On {problem}, UCB1 has {summary[problem]['ucb1_over_thompson']:.2f} times the regret of Thompson "
                     f"sampling, and its bound is {summary[problem]['ucb1_bound'] / at[problem, 'ucb1']['mean_regret']:.1f} "
                     "times its regret.")
    growth = summary["wide"]["growth"]
    lines.append("- On wide, regret grows between the first and the last checkpoint by a factor of "
                 + ", ".join(f"{factor:.2f} ({name})" for name, factor in growth.items())
                 + ": a fixed epsilon keeps losing at a constant rate, so its regret is linear in the long run.")
    standard = {"width": at["wide", "ucb1"], "epsilon": at["wide", "eps-fixed"]}
    for row in sweeps:
        ratio = row["mean_regret"] / standard[row["parameter"]]["mean_regret"]
        lines.append(f"- With {row['parameter']} {row['value']} the regret on wide is {ratio:.2f} times that of the default; "
                     f"median {row['median_regret']:.1f}, worst run {row['worst_regret']:.1f}.")
    lines.append("- A small epsilon trades a certain cost for a rare and large one: compare its median with its worst run.")
    for row in late:
        added = row["mean_regret"] - at["wide", row["policy"]]["mean_regret"]
        lines.append(f"- A delay of {row['delay']} steps adds {added:.1f} to the regret of {row['policy']} on wide.")
    lines.append("- UCB1 suffers more from the delay, because without news it repeats nearly the same choice in blocks, "
                 "while Thompson sampling spreads its plays by drawing anew.")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
