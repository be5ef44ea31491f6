-- parameters: queue, seconds that finished messages are kept, where to begin (xid, id), how many to look at
-- answer:     removed; next_xid and next_id, null at the end
select removed, next_xid, next_id from :schema.remove_finished_v1(?, ? * interval '1 second', ?::xid8, ?, ?)
