"""What needs no Apptainer: its command lines, and what is read from what it says."""
