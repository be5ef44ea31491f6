-- parameters: queue; home, seen, part_xid, part_id as answered last; how many at most
-- answer:     a row per message, then one with id null, the time of now (since) and where it stands now
select id, message_id, sent_at, format, payload, headers, since, home, seen, part_xid, part_id
  from :schema.read_v1(?, ?::xid8, ?::pg_snapshot, ?::xid8, ?, ?)
