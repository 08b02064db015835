"""`paperboy doctor`: looks at everything that has to work, and changes nothing.

Each module finds out about one subject and returns findings in sentences; `examination` asks all.
"""
