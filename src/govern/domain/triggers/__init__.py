"""What makes a trigger fire, and how it would have fired on what is past."""
