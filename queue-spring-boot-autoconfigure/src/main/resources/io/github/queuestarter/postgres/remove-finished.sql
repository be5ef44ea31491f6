-- parameters: queue; seconds that finished messages are kept; greatest age in seconds, or null; last place beyond the
--             greatest length (home, xid, id), or null; whether unclaimed messages may be dropped; seconds that a queue
--             without a group keeps messages; where to begin (xid, id), how many to look at; seconds that messages are
--             kept while somebody reads without a group
-- answer:     finished, trimmed, abandoned; next_xid and next_id, null at the end; is_read: whether somebody does
select r.finished, r.trimmed, r.abandoned, r.next_xid, r.next_id, a.is_read
  from (select s.*, :schema.is_read_v1(s.queue) as is_read
          from (select ?::text as queue, ? * interval '1 second' as keep, ?::float8 * interval '1 second' as max_age,
                       -- a place of before a re-base would call what was sent since beyond the greatest length
                       case when ? = :schema.home_v1() then ?::xid8 end as length_xid, ?::bigint as length_id,
                       ?::boolean as lossy, ? * interval '1 second' as unclaimed, ?::xid8 as from_xid,
                       ?::bigint as from_id, ?::int as most, ? * interval '1 second' as for_readers) s) a
 cross join lateral :schema.remove_finished_v2(a.queue,
       case when a.is_read then greatest(a.keep, a.for_readers) else a.keep end, a.max_age, a.length_xid, a.length_id,
       a.lossy, case when a.is_read then greatest(a.keep, a.for_readers) else a.unclaimed end, a.from_xid, a.from_id,
       a.most) r
