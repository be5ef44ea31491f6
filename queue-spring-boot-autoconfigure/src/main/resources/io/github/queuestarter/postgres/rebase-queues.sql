-- Names of queues whose messages, cursors or retries name a transaction, with those that have only a group.
-- parameters: none
-- answer:     queue
with recursive sent (queue) as (
  (select m.queue from :schema.queue_message m order by m.queue limit 1)
  union all
  select (select m.queue from :schema.queue_message m where m.queue > s.queue order by m.queue limit 1)
    from sent s where s.queue is not null)
select queue from sent where queue is not null
union
select queue from :schema.queue_cursor
union
select queue from :schema.queue_group
union
select queue from :schema.queue_retry where xid is not null
