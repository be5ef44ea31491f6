-- parameters: queue, earliest | latest | the id of a message | a time
-- answer:     home, base, head, after_xid, after_id
select home, base, head, after_xid, after_id from :schema.reader_start_v1(?, ?)
