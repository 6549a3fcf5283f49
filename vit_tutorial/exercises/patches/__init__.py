"""The exercises of chapter 01, patches: one file each, named after what the book asks for."""
