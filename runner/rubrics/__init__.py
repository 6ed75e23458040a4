"""Work on rubrics: look at them, count them, compare them."""
