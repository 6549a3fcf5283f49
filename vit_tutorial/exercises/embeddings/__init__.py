"""The exercises of chapter 02, embeddings: one file each, named after what the book asks for."""
