"""Q-learning in the corridor, started from the door or reset to states that mattered."""

import argparse
import csv
import json
import random
from pathlib import Path

from corridor import LENGTH, step


def train(episodes: int, resets: bool, seed: int) -> list[float]:
    """The return of every episode."""
    rng = random.Random(seed)
    values = [[0.0, 0.0] for _ in range(LENGTH + 1)]
    returns = []
    for _ in range(episodes):
        state = rng.randrange(LENGTH) if resets and rng.random() < 0.5 else 0
        total = 0.0
        for _ in range(4 * LENGTH):
            greedy = values[state][1] >= values[state][0]
            action = int(rng.random() < 0.5) if rng.random() < 0.2 else int(greedy)
            following, reward, done = step(state, action)
            target = reward if done else reward + 0.95 * max(values[following])
            values[state][action] += 0.3 * (target - values[state][action])
            state, total = following, total + reward
            if done:
                break
        returns.append(total)
    return returns


def main() -> None:
    """Train both ways and write what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--episodes", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    runs = {name: train(arguments.episodes, name == "resets", arguments.seed) for name in ("plain", "resets")}
    with (arguments.out / "returns.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["episode", *runs])
        writer.writerows([number, *row] for number, row in enumerate(zip(*runs.values(), strict=True)))
    summary = {name: sum(values) / len(values) for name, values in runs.items()}
    (arguments.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(summary)


if __name__ == "__main__":
    main()
