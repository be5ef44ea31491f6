-- Several instances that read as a group write once a minute together.
-- parameters: queues, groups
-- answer:     none
update :schema.queue_group p set active_at = clock_timestamp()
  from unnest(?::text[], ?::text[]) i (queue, name)
 where p.queue = i.queue and p.name = i.name and p.active_at < clock_timestamp() - interval '50 seconds'
