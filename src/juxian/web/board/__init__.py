"""The leaders' pages (领导驾驶舱): figures against targets, down to the persons behind each figure."""
