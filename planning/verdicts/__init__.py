"""From evidence to verdicts: what each standard says of each zone, as values and as tables."""
