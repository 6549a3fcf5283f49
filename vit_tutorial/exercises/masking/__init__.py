"""The exercises of chapter 10, learning without labels: one file each, named after what the book asks for."""
