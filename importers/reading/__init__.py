"""Reading files: from bytes and encodings to rows, cells, amounts, dates and countries."""
