"""The job folder: files between the runner and its trainer."""
