"""Parts of pages: widgets and tools that pages put together."""
