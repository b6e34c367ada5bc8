"""Tests of the station before the road: corpus files, ownership, notices."""
