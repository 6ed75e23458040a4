"""What the numbers say, in sentences: results/report.md."""


def write(path, rows, transient, wrong, noise, summary, settings):
    """Compare speed, overshoot, wrong constants and noise."""
    exponent, speedup = summary["exponent"], summary["speedup"]
    hardest = settings["conditions"][-1]
    fastest = {c: min((r for r in rows if r["condition"] == c), key=lambda r: r["mean_iterations"])["method"]
               for c in settings["conditions"]}
    peak = {r["method"]: r["peak_ratio"] for r in transient if r["condition"] == hardest}
    floor = {r["method"]: r["measured"] for r in noise}
    count = {(r["assumed_condition"], r["method"]): r["mean_iterations"] for r in wrong}
    true, low, high = settings["true_condition"], settings["assumed_conditions"][0], settings["assumed_conditions"][-1]
    lines = ["# What the runs show", ""]
    lines.append("- Iterations grow with the condition number to the power "
                 + ", ".join(f"{slope:.2f} ({name})" for name, slope in exponent.items())
                 + ": about linearly without momentum, about as its square root with it.")
    lines.append("- Fastest method by condition number: " + ", ".join(f"{c}: {name}" for c, name in fastest.items()) + ".")
    lines.append(f"- At condition number {hardest} heavy ball needs {speedup['heavy-ball_over_gd']:.1f} times fewer iterations "
                 f"than gradient descent, but its value first grows to {peak['heavy-ball']:.1f} times the first one; "
                 f"Nesterov's method peaks at {peak['nesterov']:.2f}.")
    for name in ("heavy-ball", "nesterov"):
        lines.append(f"- Constants for a condition number of {low} instead of {true} cost {name} "
                     f"{count[low, name] / count[true, name]:.1f} times the iterations, those for {high} "
                     f"{count[high, name] / count[true, name]:.1f} times: underestimating is the worse mistake.")
    lines.append("- Noise floor relative to gradient descent: "
                 + ", ".join(f"{value / floor['gd']:.1f} ({name})" for name, value in floor.items())
                 + ": speed is paid for in noise, dearest with heavy ball.")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
