"""Starts one command and answers for everything that it leaves behind.

Stand-alone: run as `python -I -S workers/launcher LAUNCH.json`, or forked from a template that has it imported;
standard library only, so that it starts in milliseconds and never shares a fate with Headwater's other modules.
"""
