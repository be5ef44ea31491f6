-- parameters: queue; seconds that finished messages are kept; greatest age in seconds, or null; last place beyond the
--             greatest length (home, xid, id), or null; whether unclaimed messages may be dropped; seconds that a queue
--             without a group keeps messages; where to begin (xid, id), how many to look at
-- answer:     finished, trimmed, abandoned; next_xid and next_id, null at the end
select finished, trimmed, abandoned, next_xid, next_id
  from :schema.remove_finished_v2(?, ? * interval '1 second', ?::float8 * interval '1 second',
       -- a place of before a re-base would call what was sent since beyond the greatest length
       case when ? = :schema.home_v1() then ?::xid8 end, ?::bigint, ?, ? * interval '1 second', ?::xid8, ?, ?)
