"""Parts that several pages use: tables, charts, filters, pagination."""
