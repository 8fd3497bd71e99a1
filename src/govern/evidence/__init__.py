"""What was measured, from which bytes. The only room that knows DuckDB; nothing here decides or records."""
