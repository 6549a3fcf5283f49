"""The exercises of chapter 09, scaling up: one file each, named after what the book asks for."""
