"""The administration API: what the panel and the pages in the frame call, with a bearer token."""
