-- parameters: queue, how many are the newest
-- answer:     xid, id; null if there are not so many; the home in which they mean something
select b.xid, b.id, :schema.home_v1() as home from :schema.length_bound_v1(?, ?) b
