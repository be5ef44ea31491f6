-- Names of queues that have messages and no group. Jumps from name to name through the index.
-- parameters: none
-- answer:     queue
with recursive sent (queue) as (
  (select m.queue from :schema.queue_message m order by m.queue limit 1)
  union all
  select (select m.queue from :schema.queue_message m where m.queue > s.queue order by m.queue limit 1)
    from sent s where s.queue is not null)
select s.queue from sent s
 where s.queue is not null and not exists (select from :schema.queue_group p where p.queue = s.queue)
