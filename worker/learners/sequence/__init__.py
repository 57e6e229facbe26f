"""Sequence model: policies that PPO trains, and what they are distilled into."""
