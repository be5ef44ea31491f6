-- parameters: queue, earliest | latest | the id of a message | a time
-- answer:     home, seen, part_xid, part_id
select home, seen, part_xid, part_id from :schema.reader_start_v1(?, ?)
