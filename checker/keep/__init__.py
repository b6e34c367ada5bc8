"""What is remembered: tables, the store, evidence."""
