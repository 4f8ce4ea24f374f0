"""Stores that people share: in a folder, a bucket, on another machine."""
