"""The exercises of chapter 03, attention: one file each, named after what the book asks for."""
