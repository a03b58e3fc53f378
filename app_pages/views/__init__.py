"""What a page shows, as plain tables and sentences, without a widget."""
