"""The exercises of chapter 08, looking inside: one file each, named after what the book asks for."""
