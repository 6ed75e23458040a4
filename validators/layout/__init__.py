"""The one layout of YAML documents: nested blocks, folded text, keys in the order of the models."""
