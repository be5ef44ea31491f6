-- Names of queues that have messages, scheduled messages or a group. Jumps from name to name through the index.
-- parameters: none
-- answer:     queue
with recursive sent (queue) as (
  (select m.queue from :schema.queue_message m order by m.queue limit 1)
  union all
  select (select m.queue from :schema.queue_message m where m.queue > s.queue order by m.queue limit 1)
    from sent s where s.queue is not null),
scheduled (queue) as (
  (select m.queue from :schema.queue_scheduled m order by m.queue limit 1)
  union all
  select (select m.queue from :schema.queue_scheduled m where m.queue > s.queue order by m.queue limit 1)
    from scheduled s where s.queue is not null)
select queue from sent where queue is not null
union
select queue from scheduled where queue is not null
union
select queue from :schema.queue_group
