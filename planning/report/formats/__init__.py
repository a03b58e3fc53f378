"""A report as HTML, Word, workbook and PDF."""
