"""Cases at the desk (办件): the queue, a case, the counter, services, calendar, conference."""
