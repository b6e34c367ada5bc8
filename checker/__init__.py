"""Find reposts of a publisher's articles, grade their credit, judge their licence, and keep the proof."""

__version__ = "0.1.0"
