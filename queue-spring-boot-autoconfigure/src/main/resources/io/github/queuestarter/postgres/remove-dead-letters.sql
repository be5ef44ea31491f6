-- Removes the oldest dead letters of a group that are beyond its limits.
-- parameters: queue, group, greatest age (s) or null, greatest length or null, how many at most
-- answer:     how many were removed
with given as materialized (
  select ?::text queue, ?::text group_name, ?::float8 age, ?::bigint length, ?::int most),
-- the newest that is too many
bound as materialized (
  select (select l.id from :schema.queue_dead_letter l
           where l.queue = g.queue and l.group_name = g.group_name
           order by l.queue desc, l.group_name desc, l.id desc offset g.length limit 1) id
    from given g where g.length is not null),
oldest as materialized (
  select l.id, l.last_failure_at
    from given g cross join lateral (
      select d.id, d.last_failure_at from :schema.queue_dead_letter d
       where d.queue = g.queue and d.group_name = g.group_name
       order by d.queue, d.group_name, d.id limit g.most for update skip locked) l),
gone as (
  delete from :schema.queue_dead_letter l using oldest o
   where l.id = o.id
     and (o.id <= (select id from bound)
          or o.last_failure_at < clock_timestamp() - make_interval(secs => (select age from given)))
  returning 1)
select count(*) from gone
