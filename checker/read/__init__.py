"""What a page says: bytes to text, the visible document, its credits, dates and operator."""
