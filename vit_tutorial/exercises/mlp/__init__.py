"""The exercises of chapter 04, the MLP and its neighbours: one file each, named after what the book asks for."""
