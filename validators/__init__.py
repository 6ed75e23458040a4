"""The validators: YAML in, findings or typed documents out."""
