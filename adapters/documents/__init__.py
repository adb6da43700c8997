"""Documents that people keep, and how amounts and days are written in them and in notices."""
