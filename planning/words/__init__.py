"""How is it said: words in two languages, figures, tables, sheets and workbooks."""
