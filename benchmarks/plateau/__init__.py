"""When does criterion H fire, and is it right? Real and synthetic curves under several criteria."""
