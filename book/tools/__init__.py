"""Scripts that build the book, keep its editions in step and check its prose; `_ext` uses one of them."""
