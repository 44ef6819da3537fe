"""Parts that several pages use: lists, charts, filters, figures."""
