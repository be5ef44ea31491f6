-- parameters: queue, how many are the newest
-- answer:     xid, id; null if there are not so many
select xid, id from :schema.length_bound_v1(?, ?)
