"""What every route shares: reading bodies, answering errors, browser safety, the built page."""
