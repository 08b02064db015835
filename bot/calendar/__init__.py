"""Days, times, zones and schedules: what people write, and what is due when."""
