"""Reading flats, the queue, draws and tenancies (查询)."""
