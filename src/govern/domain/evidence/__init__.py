"""What gates know of evidence: the rows of records, their windows, and the bands over them."""
