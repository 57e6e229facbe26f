"""What a GPU brings: one command for any machine that has one."""
