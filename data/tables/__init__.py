"""Tables and layers as they come: text, workbooks, archives, map layers; headers and cells."""
